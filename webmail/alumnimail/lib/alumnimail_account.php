<?php
// SPDX-License-Identifier: MIT

/**
 * Settings > Mail account: how full it is, what opens it, and what happens when
 * its person leaves the university.
 */
class alumnimail_account extends alumnimail_form
{
    // null where the site wants none.
    private $app_passwords = null;

    public function __construct($plugin, $server)
    {
        parent::__construct($plugin, $server);
        if (rcmail::get_instance()->config->get('alumnimail_app_passwords', true)) {
            $this->app_passwords = new alumnimail_app_passwords($plugin, $server, $this);
        }
    }

    /** Does what a form asked for; returns what to say of it, or null. */
    public function post($do)
    {
        return $this->app_passwords ? $this->app_passwords->post($do) : null;
    }

    public function show()
    {
        $account = $this->server->get_json('account');
        if ($account === null) {
            $this->tell('error', $this->text('unavailable'));
            return $this->messages();
        }
        // First, since it may have a message.
        $app_passwords = $this->app_passwords && !empty($account['app_passwords_used'])
            ? $this->section('apps', 'apppasswords', $this->app_passwords->show()) : '';
        return $this->messages()
            . $this->section('usage', 'usage', $this->usage($account))
            . $this->section('mailbox', 'mailbox', $this->mailbox($account))
            . $this->section('password', 'alumnipassword', $this->password($account))
            . $app_passwords;
    }

    private function usage($account)
    {
        $rc = rcmail::get_instance();
        $used = $rc->show_bytes($account['usage_bytes']);
        $messages = $this->text('usagemessages', ['count' => $account['usage_messages']]);
        if (!$account['quota_limit']) {
            return $this->paragraph($this->text('usageunlimited', ['used' => $used]) . ' ' . $messages);
        }
        $percent = (int) round(100 * $account['usage_bytes'] / $account['quota_limit']);
        $text = $this->text('usageof', ['used' => $used, 'limit' => $rc->show_bytes($account['quota_limit']),
            'percent' => $percent]);
        $level = $percent >= 95 ? 'danger' : ($percent >= 80 ? 'warning' : 'success');
        return html::tag('div', [
                'class' => 'progress', 'role' => 'meter', 'aria-labelledby' => 'usage-title',
                'aria-valuemin' => 0, 'aria-valuemax' => 100, 'aria-valuenow' => min(100, $percent),
                'aria-valuetext' => $text,
            ], html::div(['class' => "progress-bar bg-$level", 'style' => 'width: ' . min(100, $percent) . '%'], ''),
            ['class', 'role', 'aria-labelledby', 'aria-valuemin', 'aria-valuemax', 'aria-valuenow', 'aria-valuetext'])
            . $this->paragraph("$text $messages")
            . ($percent >= 80 ? $this->paragraph($this->text('usagehelp', ['folder' => $this->trash()])) : '');
    }

    private function mailbox($account)
    {
        $days = (int) $account['trash_days'];
        return $this->facts([
            $this->text('mailaddress') => $account['address'],
            $this->text('username')    => $account['name'],
            $this->text('class')       => $this->class_name((string) $account['class']),
            $this->text('trash', ['folder' => $this->trash()]) => $days > 0
                ? $this->text('trashdays', ['days' => $days]) : $this->text('trashnever'),
        ]);
    }

    /** The folder's name as the list of folders has it. */
    private function trash()
    {
        return rcmail::get_instance()->gettext('trash');
    }

    /** What the site calls it, or in the person's language if it is known. */
    private function class_name($class)
    {
        $label = 'class_' . $class;
        return rcmail::get_instance()->text_exists($label, 'alumnimail') ? $this->text($label) : $class;
    }

    private function password($account)
    {
        $is_set = !empty($account['password_set_at']);
        $html = $this->paragraph($is_set
            ? $this->text('passwordset', ['date' => $this->date($account['password_set_at'])])
            : $this->text('passwordunset'));
        // Only the directory's password opens it, and that goes with its entry.
        if (!$is_set && !empty($account['directory'])) {
            $html .= html::div(['class' => 'boxwarning', 'role' => 'note'],
                rcube::Q($this->text('passwordadvice')));
        }
        $rc = rcmail::get_instance();
        $html .= html::p(null, rcube::Q($this->text('passwordforgotten')) . $this->help_link($rc));
        if ($rc->plugins->get_plugin('password')) {
            $html .= html::p(null, html::a(['href' => $rc->url(['_action' => 'plugin.password']),
                'class' => 'btn btn-primary', 'role' => 'button'],
                rcube::Q($this->text($is_set ? 'passwordchange' : 'passwordsetnow'))));
        }
        return $html;
    }

    private function help_link($rc)
    {
        $url = (string) $rc->config->get('alumnimail_help_url');
        return $url === '' ? ''
            : ' ' . html::a(['href' => $url, 'rel' => 'noopener'], rcube::Q($this->text('helpdesk')));
    }
}
