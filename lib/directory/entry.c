/* SPDX-License-Identifier: MIT
 *
 * Reading the LDAP entry that a search found; see lib/directory/entry.h.
 */
#include "lib/directory/entry.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* 2^63 has 19 digits, so every number with fewer fits. */
#define QUOTA_DIGITS 18

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

/* An id that is not text, such as Active Directory's objectGUID, is written in
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

/* The order of the map decides, and not that of the values, which LDAP leaves
   open: a person who is both employee and student always gets the same class.
 */
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

/* ---- overrides ---- */

/* Copies the only value. Returns 1 copied, 0 there is none, -1 the value is of
   no use: there are several, or it is no text that fits. */
static int read_text(LDAP *ldap, LDAPMessage *message, const char *attribute,
		     char *text_r, size_t size)
{
	struct berval **values;
	int ret = 0;

	if (attribute == NULL)
		return 0;
	values = ldap_get_values_len(ldap, message, attribute);
	if (ldap_count_values_len(values) > 1)
		ret = -1;
	else if (ldap_count_values_len(values) == 1) {
		const struct berval *value = values[0];

		ret = -1;
		if (value->bv_len < size && is_printable(value)) {
			memcpy(text_r, value->bv_val, value->bv_len);
			text_r[value->bv_len] = '\0';
			ret = 1;
		}
	}
	ldap_value_free_len(values);
	return ret;
}

static void blame(struct directory_entry *entry, const char *attribute)
{
	(void)snprintf(entry->problem, sizeof(entry->problem),
		       "the value of %s is of no use", attribute);
}

static void read_quota(LDAP *ldap, LDAPMessage *message, const char *attribute,
		       struct directory_entry *entry_r)
{
	char text[QUOTA_DIGITS + 1];
	int ret = read_text(ldap, message, attribute, text, sizeof(text));

	if (ret == 0)
		return;
	if (ret < 0 || text[0] == '\0' ||
	    text[strspn(text, "0123456789")] != '\0') {
		blame(entry_r, attribute);
		return;
	}
	entry_r->quota = strtoll(text, NULL, 10);
	entry_r->has_quota = true;
}

/* The login checks whether mail may be forwarded to the address. */
static void read_forward(LDAP *ldap, LDAPMessage *message,
			 const struct directory_options *options,
			 struct directory_entry *entry_r)
{
	char text[sizeof("FALSE")];
	int ret = read_text(ldap, message, options->forward_attribute,
			    entry_r->forward_address,
			    sizeof(entry_r->forward_address));

	if (ret < 0)
		blame(entry_r, options->forward_attribute);
	entry_r->forward_keep_copy = true;
	ret = read_text(ldap, message, options->keep_copy_attribute, text,
			sizeof(text));
	if (ret > 0 && strcasecmp(text, "FALSE") == 0)
		entry_r->forward_keep_copy = false;
	else if (ret < 0 || (ret > 0 && strcasecmp(text, "TRUE") != 0))
		blame(entry_r, options->keep_copy_attribute);
}

void directory_entry_attributes(
	const struct directory_options *options,
	const char *attributes_r[DIRECTORY_ENTRY_ATTRIBUTES + 1])
{
	const char *const all[DIRECTORY_ENTRY_ATTRIBUTES] = {
		options->id_attribute,        options->class_attribute,
		options->quota_attribute,     options->forward_attribute,
		options->keep_copy_attribute,
	};
	size_t count = 0;

	for (size_t i = 0; i < DIRECTORY_ENTRY_ATTRIBUTES; i++) {
		if (all[i] != NULL)
			attributes_r[count++] = all[i];
	}
	attributes_r[count] = NULL;
}

int directory_entry_read(LDAP *ldap, LDAPMessage *message,
			 const struct directory_options *options,
			 struct directory_entry *entry_r, struct error *error)
{
	memset(entry_r, 0, sizeof(*entry_r));
	if (read_dn(ldap, message, entry_r, error) < 0 ||
	    read_id(ldap, message, options->id_attribute, entry_r, error) < 0)
		return -1;
	read_quota(ldap, message, options->quota_attribute, entry_r);
	read_forward(ldap, message, options, entry_r);
	return read_class(ldap, message, options, entry_r, error);
}
