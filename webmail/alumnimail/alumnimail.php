<?php
// SPDX-License-Identifier: MIT

require_once __DIR__ . '/lib/alumnimail_metadata.php';
require_once __DIR__ . '/lib/alumnimail_refusals.php';
require_once __DIR__ . '/lib/alumnimail_form.php';
require_once __DIR__ . '/lib/alumnimail_forwarding.php';
require_once __DIR__ . '/lib/alumnimail_account.php';
require_once __DIR__ . '/lib/alumnimail_app_passwords.php';

/**
 * Settings > Forwarding and Settings > Mail account.
 *
 * Everything shown and changed here goes over the IMAP session of the person
 * who is logged in (METADATA, RFC 5464), so that this can do nothing that they
 * could not do with any other mail program. The server decides what is allowed;
 * what is checked here is only for a quicker or a translated answer.
 */
class alumnimail extends rcube_plugin
{
    private $rc;

    public function init()
    {
        $this->rc = rcmail::get_instance();
        $this->add_hook('storage_connect', [$this, 'storage_connect']);
        if ($this->rc->task === 'settings') {
            $this->init_settings();
        }
    }

    /**
     * Tells the server whose login this is: else all who come through the
     * webmail would wait for one who does not know the password.
     */
    public function storage_connect($args)
    {
        $args['preauth_ident'] = ['x-originating-ip' => rcube_utils::remote_addr()];
        return $args;
    }

    private function init_settings()
    {
        $this->load_config();
        $this->add_texts('localization/');
        $this->include_stylesheet($this->local_skin_path() . '/alumnimail.css');
        $this->add_hook('settings_actions', [$this, 'settings_actions']);
        $this->add_hook('template_object_plugin.body', [$this, 'password_page']);

        if ($this->has_forwarding()) {
            $this->register_action('plugin.alumnimail-forwarding', [$this, 'forwarding']);
        }
        $this->register_action('plugin.alumnimail-account', [$this, 'account']);
    }

    /** The two entries in the list of settings. */
    public function settings_actions($args)
    {
        foreach ($this->has_forwarding() ? ['forwarding', 'account'] : ['account'] as $page) {
            $args['actions'][] = [
                'action' => "plugin.alumnimail-$page",
                'class'  => "alumnimail-$page",
                'label'  => $page,
                'title'  => "{$page}title",
                'domain' => 'alumnimail',
            ];
        }
        return $args;
    }

    private function has_forwarding()
    {
        return (bool) $this->rc->config->get('alumnimail_forwarding', true);
    }

    public function forwarding()
    {
        $this->run('forwarding', new alumnimail_forwarding($this, $this->server()));
    }

    public function account()
    {
        $this->run('account', new alumnimail_account($this, $this->server()));
    }

    /** Says on the page of the password plugin which password it is about. */
    public function password_page($args)
    {
        if (strpos($this->rc->action, 'plugin.password') === 0) {
            $about = html::p('alumnimail-about', rcube::Q($this->gettext('passwordabout')));
            $args['content'] = preg_replace('/<form\b/', $about . '<form', $args['content'], 1);
        }
        return $args;
    }

    /**
     * Does what was posted, then shows the page. What was done is followed by a
     * redirect, so that to load the page again does not do it again.
     */
    private function run($name, $page)
    {
        $done = null;
        if ($_SERVER['REQUEST_METHOD'] === 'POST') {
            // Whoever made the browser send this must know the session's token.
            $this->rc->request_security_check(rcube_utils::INPUT_POST);
            $done = $page->post(rcube_utils::get_input_string('_do', rcube_utils::INPUT_POST));
        }
        if ($done !== null) {
            $_SESSION['alumnimail_done'] = $done;
            $this->rc->output->redirect(['_action' => "plugin.alumnimail-$name"]);
        }
        if (!empty($_SESSION['alumnimail_done'])) {
            $page->tell('confirmation', $_SESSION['alumnimail_done']);
            $this->rc->session->remove('alumnimail_done');
        }

        $this->include_script('alumnimail.js');
        $this->add_texts('localization/', ['revokeconfirm', 'revoke', 'copied']);
        $this->rc->output->set_pagetitle($this->gettext("{$name}title"));
        $this->register_handler('plugin.body', function () use ($name, $page) {
            return $this->frame($this->gettext("{$name}title"), $page->show());
        });
        $this->rc->output->send('plugin');
    }

    private function frame($title, $content)
    {
        // The skin takes its title away on a wide screen.
        return html::tag('h1', ['class' => 'voice'], rcube::Q($title))
            . html::div(['id' => 'prefs-title', 'class' => 'boxtitle'], rcube::Q($title))
            . html::div(['class' => 'box formcontainer scroller'],
                html::div(['class' => 'boxcontent formcontent alumnimail', 'id' => 'alumnimail'], $content));
    }

    /** The account of the person who is logged in, for the password driver too. */
    public function server()
    {
        return new alumnimail_metadata($this->rc->get_storage(), function ($label, $values) {
            return $this->gettext(['name' => $label, 'vars' => $values]);
        });
    }
}
