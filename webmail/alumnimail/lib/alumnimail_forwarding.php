<?php
// SPDX-License-Identifier: MIT

/**
 * Settings > Forwarding: where mail goes, whether a copy stays, and the code by
 * which a new address shows that it wants the mail.
 */
class alumnimail_forwarding extends alumnimail_form
{
    // What was typed, if it was refused.
    private $typed = null;

    /** Does what a form asked for; returns what to say of it, or null. */
    public function post($do)
    {
        switch ($do) {
            case 'save':
                return $this->save($this->posted('_address'), $this->posted('_keep') === 'yes' ? 'yes' : 'no');
            case 'code':
                return $this->set('forward-code', $this->posted('_code'), 'forwardingconfirmed');
            case 'giveup':
                return $this->set('forward-pending', null, 'forwardinggivenup');
            case 'stop':
                return $this->set('forward', null, 'forwardingstopped');
        }
        return null;
    }

    private function set($entry, $value, $label)
    {
        $refusal = $this->server->set($entry, $value);
        if ($refusal === null) {
            return $this->text($label);
        }
        $this->tell_refusal($refusal);
        return null;
    }

    private function save($address, $keep)
    {
        $this->typed = ['address' => $address, 'keep' => $keep];
        $account = $this->server->get_json('account');
        if ($account === null) {
            return null;
        }
        if (!$this->is_line($address) || strpos($address, '@') === false) {
            $this->tell('error', $this->text('addressneeded'));
            return null;
        }
        // The same address again would only mail another code.
        $same = strcasecmp($address, (string) $account['forward']) === 0;
        if (!$same && ($refusal = $this->server->set('forward', $address)) !== null) {
            $this->tell_refusal($refusal);
            return null;
        }
        if (($refusal = $this->server->set('forward-keep-copy', $keep)) !== null) {
            $this->tell_refusal($refusal);
            return null;
        }
        return $this->text(!$same && !empty($account['forward_confirm'])
            ? 'forwardingcodesent' : 'forwardingsaved');
    }

    public function show()
    {
        $account = $this->server->get_json('account');
        if ($account === null) {
            $this->tell('error', $this->text('unavailable'));
            return $this->messages();
        }
        $forward = (string) $account['forward'];
        $pending = (string) $account['forward_pending'];

        // Last, since they may add to the messages.
        $content = $this->section('state', 'forwardingstate', $this->state($account, $forward))
            . ($pending !== '' ? $this->pending($pending) : '')
            . $this->section('change', $forward !== '' ? 'forwardingchange' : 'forwardingset',
                $this->address_form($account, $forward));
        return $this->messages() . $content;
    }

    private function state($account, $forward)
    {
        if ($forward === '') {
            return $this->paragraph($this->text('forwardingnone'));
        }
        $label = $account['forward_keep_copy'] ? 'forwardingwithcopy' : 'forwardingwithoutcopy';
        return $this->paragraph($this->text($label, ['address' => $forward]))
            . $this->form('stop', $this->button('forwardingstop', 'btn-secondary'));
    }

    private function pending($pending)
    {
        return $this->section('pending', 'forwardingpending',
            $this->paragraph($this->text('forwardingpendingabout', ['address' => $pending]))
            . $this->form('code',
                $this->field('_code', $this->text('code'), ['required' => 'required', 'autocomplete' => 'one-time-code',
                    'spellcheck' => 'false', 'autocapitalize' => 'off', 'maxlength' => 64])
                . $this->button('confirm'))
            . $this->form('giveup', $this->button('giveup', 'btn-secondary')));
    }

    private function address_form($account, $forward)
    {
        $keep = $forward !== '' || (string) $account['forward_pending'] !== ''
            ? (bool) $account['forward_keep_copy'] : true;
        $address = $forward;
        if ($this->typed !== null) {
            $address = $this->typed['address'];
            $keep = $this->typed['keep'] === 'yes';
        }
        return $this->form('save',
            $this->field('_address', $this->text('address'), ['value' => $address, 'required' => 'required',
                'inputmode' => 'email', 'autocomplete' => 'email', 'spellcheck' => 'false',
                'autocapitalize' => 'off', 'maxlength' => 254],
                $this->text(!empty($account['forward_confirm']) ? 'addresshelpconfirm' : 'addresshelp'))
            . $this->checkbox('_keep', $this->text('keepcopy'), $keep, $this->text('keepcopyhelp'))
            . $this->button('save'));
    }
}
