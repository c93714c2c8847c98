// SPDX-License-Identifier: MIT
//
// Settings > Forwarding and Settings > Mail account. Nothing here is needed to
// use the pages, except by those who would revoke the wrong password.

window.rcmail && rcmail.addEventListener('init', function() {
    var message = $('#alumnimail .alumnimail-message').first();

    // For screen readers, and for a phone whose screen begins elsewhere.
    if (message.length) {
        message.trigger('focus');
        message[0].scrollIntoView({block: 'nearest'});
    }

    $('#alumnimail form.alumnimail-revoke').on('submit', function(event) {
        var form = this;

        event.preventDefault();
        rcmail.confirm_dialog(
            rcmail.quote_html(rcmail.get_label('revokeconfirm', 'alumnimail')),
            'alumnimail.revoke',
            function() {
                form.submit();
                return true;
            },
            {button_class: 'mainaction delete'});
    });

    $('#alumnimail-copy').on('click', function() {
        var button = $(this);

        // Only over TLS do browsers let a page do this.
        if (navigator.clipboard) {
            navigator.clipboard.writeText($('#alumnimail-made').text()).then(function() {
                button.text(rcmail.get_label('copied', 'alumnimail'));
            });
        }
        else {
            window.getSelection().selectAllChildren($('#alumnimail-made')[0]);
        }
    });
});
