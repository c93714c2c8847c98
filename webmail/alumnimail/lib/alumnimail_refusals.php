<?php
// SPDX-License-Identifier: MIT

/**
 * The server refuses in English. Sentences that en_US.inc has under refused_…
 * are said in the person's language; all others as they came.
 */
class alumnimail_refusals
{
    private const PREFIX = 'refused_';

    /** The sentence for the person. gettext(label, values) has the texts. */
    public static function translate($sentence, callable $gettext)
    {
        foreach (self::sentences() as $label => $english) {
            if (preg_match(self::pattern($english), $sentence, $found)) {
                return $gettext($label, array_filter($found, 'is_string', ARRAY_FILTER_USE_KEY));
            }
        }
        return $sentence;
    }

    private static function sentences()
    {
        $messages = [];
        include __DIR__ . '/../localization/en_US.inc';
        return array_filter($messages, function ($label) {
            return strpos($label, self::PREFIX) === 0;
        }, ARRAY_FILTER_USE_KEY);
    }

    /** A sentence in which each $name stands for something without spaces. */
    private static function pattern($english)
    {
        $quoted = preg_quote($english, '/');
        return '/^' . preg_replace('/\\\\\$(\w+)/', '(?<$1>\S+)', $quoted) . '$/';
    }
}
