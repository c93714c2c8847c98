/* SPDX-License-Identifier: MIT
 *
 * What a found LDAP entry says; see directory-entry.h.
 */
#include "lib/directory-entry.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

static int read_dn(LDAP *ldap, LDAPMessage *message,
		   struct directory_entry *entry_r, struct error *error)
{
	char *dn = ldap_get_dn(ldap, message);
	size_t length = dn == NULL ? 0 : strlen(dn);
	int ret = 0;

	/* A bind with an empty DN is anonymous, and succeeds. */
	if (length == 0)
		ret = error_set(error, "the entry has no DN");
	else if (length >= sizeof(entry_r->dn))
		ret = error_set(error,
				"the entry's DN is longer than %zu "
				"bytes",
				sizeof(entry_r->dn) - 1);
	else
		memcpy(entry_r->dn, dn, length + 1);
	ldap_memfree(dn);
	return ret;
}

static bool is_printable(const struct berval *value)
{
	for (size_t i = 0; i < value->bv_len; i++) {
		unsigned char c = (unsigned char)value->bv_val[i];

		if (c <= 0x20 || c >= 0x7f)
			return false;
	}
	return true;
}

/* Ids that are no text, such as Active Directory's objectGUID, are written in
   hex. */
static int copy_id(const struct berval *value, const char *attribute,
		   struct directory_entry *entry_r, struct error *error)
{
	static const char hex[] = "0123456789abcdef";
	bool printable = is_printable(value);
	size_t length = printable ? value->bv_len : 2 * value->bv_len;

	if (value->bv_len == 0)
		return error_set(error, "%s: the id attribute %s is empty",
				 entry_r->dn, attribute);
	if (length >= sizeof(entry_r->id))
		return error_set(error,
				 "%s: the id attribute %s is longer than %zu "
				 "bytes",
				 entry_r->dn, attribute,
				 sizeof(entry_r->id) - 1);
	if (printable) {
		memcpy(entry_r->id, value->bv_val, length);
	} else {
		for (size_t i = 0; i < value->bv_len; i++) {
			unsigned char c = (unsigned char)value->bv_val[i];

			entry_r->id[2 * i] = hex[c >> 4];
			entry_r->id[2 * i + 1] = hex[c & 0x0f];
		}
	}
	entry_r->id[length] = '\0';
	return 0;
}

static int read_id(LDAP *ldap, LDAPMessage *message, const char *attribute,
		   struct directory_entry *entry_r, struct error *error)
{
	struct berval **values = ldap_get_values_len(ldap, message, attribute);
	int ret;

	if (ldap_count_values_len(values) != 1)
		ret = error_set(error,
				"%s: the id attribute %s has %d values, not "
				"1; may the service account read it?",
				entry_r->dn, attribute,
				ldap_count_values_len(values));
	else
		ret = copy_id(values[0], attribute, entry_r, error);
	ldap_value_free_len(values);
	return ret;
}

static bool has_value(struct berval **values, const char *value)
{
	size_t length = strlen(value);

	for (; values != NULL && *values != NULL; values++) {
		if ((*values)->bv_len == length &&
		    strncasecmp((*values)->bv_val, value, length) == 0)
			return true;
	}
	return false;
}

/* The map decides what comes first, not the order of the values, which LDAP
   leaves open: who is both employee and student has one class for good. */
static int read_class(LDAP *ldap, LDAPMessage *message,
		      const struct directory_options *options,
		      struct directory_entry *entry_r, struct error *error)
{
	struct berval **values;
	const char *class_name = "";

	entry_r->class_name[0] = '\0';
	if (options->class_attribute == NULL)
		return 0;
	values = ldap_get_values_len(ldap, message, options->class_attribute);
	for (size_t i = 0; i < options->class_map_count; i++) {
		if (has_value(values, options->class_map[i].value)) {
			class_name = options->class_map[i].class_name;
			break;
		}
	}
	ldap_value_free_len(values);
	if (strlen(class_name) >= sizeof(entry_r->class_name))
		return error_set(error, "the class name \"%s\" is too long",
				 class_name);
	memcpy(entry_r->class_name, class_name, strlen(class_name) + 1);
	return 0;
}

int directory_entry_read(LDAP *ldap, LDAPMessage *message,
			 const struct directory_options *options,
			 struct directory_entry *entry_r, struct error *error)
{
	if (read_dn(ldap, message, entry_r, error) < 0 ||
	    read_id(ldap, message, options->id_attribute, entry_r, error) < 0)
		return -1;
	return read_class(ldap, message, options, entry_r, error);
}
