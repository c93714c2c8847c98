<?php
// SPDX-License-Identifier: MIT

/**
 * The part of Settings > Mail account that makes, lists and revokes passwords
 * for single programs, so that a phone need not hold the one of the university.
 */
class alumnimail_app_passwords extends alumnimail_form
{
    private const LABEL_CHARACTERS = 60;

    // Whose messages are shown.
    private $page;
    // Made by this request; it is shown in its answer and never again.
    private $made = null;
    private $label = '';

    public function __construct($plugin, $server, $page)
    {
        parent::__construct($plugin, $server);
        $this->page = $page;
    }

    public function post($do)
    {
        switch ($do) {
            case 'make':
                $this->make($this->posted('_label'), $this->posted_password('_current'));
                return null;
            case 'revoke':
                return $this->revoke($this->posted('_label'));
        }
        return null;
    }

    private function make($label, $current)
    {
        $this->label = $label;
        if (!$this->is_line($label)) {
            $this->page->tell('error', $this->text('labelneeded'));
            return;
        }
        if (!$this->is_line($current)) {
            $this->page->tell('error', $this->text('currentneeded'));
            return;
        }
        $refusal = $this->server->set('app-password', "$current\t$label");
        if ($refusal !== null) {
            $this->page->tell_refusal($refusal);
            return;
        }
        // Once, and only in the IMAP session that made it: this request's.
        $this->made = (string) $this->server->get('app-password');
        if ($this->made === '') {
            $this->page->tell('error', $this->text('madebutlost'));
        }
    }

    private function revoke($label)
    {
        $refusal = $this->server->set('app-password-revoke', $label);
        if ($refusal === null) {
            return $this->text('revoked', ['label' => $label]);
        }
        $this->page->tell_refusal($refusal);
        return null;
    }

    public function show()
    {
        $list = $this->server->get_json('app-passwords');
        return $this->paragraph($this->text('apppasswordsabout'))
            . ($this->made ? $this->secret() : '')
            . (is_array($list) && $list ? $this->table($list) : $this->paragraph($this->text('apppasswordsnone')))
            . $this->form('make',
                html::tag('h3', null, rcube::Q($this->text('makeapppassword')))
                . $this->field('_label', $this->text('label'), ['value' => $this->made ? '' : $this->label,
                    'required' => 'required', 'maxlength' => self::LABEL_CHARACTERS, 'autocomplete' => 'off'],
                    $this->text('labelhelp'))
                . $this->field('_current', $this->text('current'), ['type' => 'password', 'required' => 'required',
                    'autocomplete' => 'current-password'], $this->text('currenthelp'))
                . $this->button('make'));
    }

    private function secret()
    {
        return html::div(['class' => 'alumnimail-secret alumnimail-message', 'role' => 'status', 'tabindex' => '-1'],
            $this->paragraph($this->text('made', ['label' => $this->label]))
            . html::p(null, html::tag('code', ['id' => 'alumnimail-made'], rcube::Q($this->made))
                . html::tag('button', ['type' => 'button', 'class' => 'button btn btn-secondary',
                    'id' => 'alumnimail-copy'], rcube::Q($this->text('copy')), ['type', 'class', 'id']))
            . $this->paragraph($this->text('madeonce')));
    }

    private function table($list)
    {
        $rows = '';
        foreach ($list as $entry) {
            $label = (string) $entry['label'];
            $hidden = new html_hiddenfield(['name' => '_label', 'value' => $label]);
            $used = $entry['last_used_at'] ? $this->date($entry['last_used_at']) : $this->text('never');
            $rows .= html::tag('tr', null,
                html::tag('th', ['scope' => 'row'], rcube::Q($label), ['scope'])
                . $this->cell('created', $this->date($entry['created_at']))
                . $this->cell('lastused', $used)
                . html::tag('td', null, $this->revoke_form($label, $hidden->show())));
        }
        $head = '';
        foreach (['label', 'created', 'lastused', 'action'] as $name) {
            $head .= html::tag('th', ['scope' => 'col'], rcube::Q($this->text($name)), ['scope']);
        }
        return html::tag('table', ['class' => 'table alumnimail-apps', 'aria-labelledby' => 'apps-title'],
            html::tag('thead', null, html::tag('tr', null, $head)) . html::tag('tbody', null, $rows),
            ['class', 'aria-labelledby']);
    }

    /** The narrow screen shows the column's name in front of the value. */
    private function cell($column, $value)
    {
        return html::tag('td', ['data-column' => $this->text($column)], rcube::Q($value), ['data-column']);
    }

    private function revoke_form($label, $hidden)
    {
        return $this->form('revoke', $hidden . $this->button('revoke', 'btn-danger delete', $label));
    }
}
