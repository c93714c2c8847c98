<?php
// SPDX-License-Identifier: MIT

/**
 * What the pages have in common: messages, and the parts of forms. Everything
 * that takes a text escapes it; what takes HTML is named so.
 */
class alumnimail_form
{
    protected $plugin;
    protected $server;
    private $messages = [];

    public function __construct($plugin, $server)
    {
        $this->plugin = $plugin;
        $this->server = $server;
    }

    /** Puts a message above the page; type is error, confirmation or warning. */
    public function tell($type, $text)
    {
        $this->messages[] = html::div([
            'class'    => "box$type alumnimail-message",
            'role'     => $type === 'error' ? 'alert' : 'status',
            'tabindex' => '-1',
        ], rcube::Q($text));
    }

    /** Tells why the server refused, or that it did. */
    protected function tell_refusal($refusal)
    {
        $this->tell('error', $refusal !== '' ? $refusal : $this->text('notpossible'));
    }

    protected function messages()
    {
        return implode('', $this->messages);
    }

    protected function text($label, $values = [])
    {
        return $this->plugin->gettext(['name' => $label, 'vars' => $values]);
    }

    /**
     * A posted line of text, as it is: every text is escaped where it is shown.
     * White space around it is nobody's wish.
     */
    protected function posted($name)
    {
        return trim($this->posted_password($name));
    }

    /** A posted password: as it was typed. */
    protected function posted_password($name)
    {
        return rcube_utils::get_input_string($name, rcube_utils::INPUT_POST, true);
    }

    protected function paragraph($text, $attributes = [])
    {
        return html::p($attributes, rcube::Q($text));
    }

    /** A part of the page under a heading. */
    protected function section($id, $label, $html)
    {
        return html::tag('section', ['aria-labelledby' => "$id-title", 'id' => $id],
            html::tag('h2', ['id' => "$id-title"], rcube::Q($this->text($label))) . $html,
            ['aria-labelledby', 'id']);
    }

    /** A form that posts to this page; do says what for. */
    protected function form($do, $html)
    {
        $hidden = new html_hiddenfield(['name' => '_do', 'value' => $do]);
        $rc = rcmail::get_instance();
        // Roundcube puts the token in.
        return $rc->output->form_tag([
            'method' => 'post',
            'action' => $rc->url(['_action' => $rc->action]),
            'class'  => "alumnimail-form alumnimail-$do",
        ], $hidden->show() . $html);
    }

    /** A labelled field; what help says is read out with it. */
    protected function field($name, $label, $attributes, $help = '')
    {
        $id = "alumnimail$name";
        $attributes += ['name' => $name, 'id' => $id, 'class' => 'form-control', 'type' => 'text'];
        $html = '';
        if ($help !== '') {
            $attributes['aria-describedby'] = "$id-help";
            $html = html::div(['class' => 'hint', 'id' => "$id-help"], rcube::Q($help));
        }
        return html::div('alumnimail-field',
            html::label($id, rcube::Q($label))
            . html::tag('input', $attributes, null, ['name', 'id', 'class', 'type', 'value', 'required',
                'autocomplete', 'inputmode', 'maxlength', 'spellcheck', 'autocapitalize',
                'aria-describedby'])
            . $html);
    }

    protected function checkbox($name, $label, $checked, $help)
    {
        $id = "alumnimail$name";
        $attributes = ['type' => 'checkbox', 'name' => $name, 'id' => $id, 'value' => 'yes',
            'aria-describedby' => "$id-help"];
        if ($checked) {
            $attributes['checked'] = 'checked';
        }
        return html::div('alumnimail-field alumnimail-check',
            html::tag('input', $attributes, null, ['type', 'name', 'id', 'value', 'checked',
                'aria-describedby'])
            . html::label($id, rcube::Q($label))
            . html::div(['class' => 'hint', 'id' => "$id-help"], rcube::Q($help)));
    }

    /** A button that sends its form; details tells buttons of one name apart. */
    protected function button($label, $class = 'mainaction', $details = '')
    {
        $text = $this->text($label);
        $attributes = ['type' => 'submit', 'class' => "button btn $class"];
        if ($details !== '') {
            $attributes['aria-label'] = "$text: $details";
        }
        return html::tag('button', $attributes, rcube::Q($text), ['type', 'class', 'aria-label']);
    }

    /** Names and values, as a list of terms. */
    protected function facts($facts)
    {
        $html = '';
        foreach ($facts as $name => $value) {
            $html .= html::tag('dt', null, rcube::Q($name))
                . html::tag('dd', null, rcube::Q($value));
        }
        return html::tag('dl', ['class' => 'alumnimail-facts'], $html);
    }

    protected function date($timestamp)
    {
        return rcmail::get_instance()->format_date($timestamp);
    }

    /** Whether a text may be part of a line: no control characters. */
    protected function is_line($text)
    {
        return $text !== '' && !preg_match('/[\x00-\x1f\x7f]/', $text);
    }
}
