<?php
// SPDX-License-Identifier: MIT

/**
 * The server entries of METADATA by which people see and change their account.
 */
class alumnimail_metadata
{
    private const PREFIX = '/private/vendor/vendor.alumnimail/';

    private $storage;
    private $gettext;

    /** gettext(label, values) has the plugin's texts. */
    public function __construct($storage, callable $gettext)
    {
        $this->storage = $storage;
        $this->gettext = $gettext;
    }

    /**
     * Returns an entry's value, '' if it has none, null if the server could not
     * say.
     */
    public function get($name)
    {
        // true: no cache of Roundcube's, which would show yesterday's state.
        $found = $this->storage->get_metadata('', [self::PREFIX . $name], [], true);
        if (!is_array($found)) {
            return null;
        }
        foreach ($found as $entries) {
            foreach ($entries as $key => $value) {
                if (strcasecmp($key, self::PREFIX . $name) === 0) {
                    return (string) $value;
                }
            }
        }
        return '';
    }

    /** Like get(), of an entry that is JSON; null also if it is none. */
    public function get_json($name)
    {
        $value = $this->get($name);
        $decoded = $value === null ? null : json_decode($value, true);
        return is_array($decoded) ? $decoded : null;
    }

    /**
     * Sets an entry; null removes it. Returns null when done, else why not, as
     * the server says it, or '' if it said nothing.
     */
    public function set($name, $value)
    {
        if ($this->storage->set_metadata('', [self::PREFIX . $name => $value])) {
            return null;
        }
        // Roundcube says what it asked, and Dovecot how long it took.
        $text = preg_replace(['/^SETMETADATA: /', '/ \([\d.+ ]+ secs\)\.$/'], ['', '.'],
            (string) $this->storage->get_error_str());
        return alumnimail_refusals::translate($text, $this->gettext);
    }
}
