<?php
// SPDX-License-Identifier: MIT

/**
 * Driver for Roundcube's password plugin: sets the alumni password over the
 * IMAP session of the person who is logged in. Needs the plugin alumnimail.
 *
 * The server checks the current password, in every tier, and whether the new
 * one is good enough.
 */
class rcube_alumnimail_password
{
    public function save($current, $new, $username)
    {
        if (preg_match('/[\x00-\x1f\x7f]/', $current)) {
            return PASSWORD_ERROR;
        }
        $plugin = rcmail::get_instance()->plugins->get_plugin('alumnimail');
        $refusal = $plugin->server()->set('password', "$current\t$new");
        if ($refusal === null) {
            return PASSWORD_SUCCESS;
        }
        return ['code' => PASSWORD_ERROR, 'message' => $refusal];
    }

    /**
     * Any password that opens the account may be given as the current one, not
     * only that of this session: only the server knows.
     */
    public function compare($current, $new, $type)
    {
        return null;
    }

    /** What a good password is like, beside the form. */
    public function strength_rules()
    {
        return [rcube::Q(rcmail::get_instance()->gettext('passwordrules', 'alumnimail'))];
    }
}
