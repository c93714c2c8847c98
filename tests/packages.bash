# SPDX-License-Identifier: MIT
#
# The Debian packages that the project needs, and how they are installed;
# sourced by ./dev, which has say(), die() and need_root().
#
# shellcheck disable=SC2034 # ./dev uses the lists

# Everything that building, running and testing needs, in this one place.
PACKAGES=(
	# to build
	gcc libc6-dev make meson ninja-build pkg-config
	libconfuse-dev libsqlite3-dev libsodium-dev libssl-dev libcrypt-dev
	libldap-dev libidn2-dev libunistring-dev libmilter-dev
	libmicrohttpd-dev libjson-c-dev libsystemd-dev libpwquality-dev
	dovecot-dev
	# to run
	dovecot-core dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-sieve
	postfix slapd
	roundcube-core roundcube-sqlite3 roundcube-plugins
	php-cli php-fpm php-sqlite3 nginx-light
	ldap-utils openssl python3 ca-certificates cracklib-runtime
	# to test and to show
	debootstrap
	libcmocka-dev python3-pytest python3-pytest-xdist clang libclang-rt-dev
	swaks curl miltertest sqlite3
	libmail-srs-perl srs postsrsd faketime libnet-ssleay-perl python3-dkim
	systemd isync bash-completion valgrind
	rspamd
	gdb jq
	# what benchmarks compare with
	dovecot-ldap dovecot-sqlite
)

# What only `./dev test browser` needs: a browser is large, and one release of
# Debian is enough to see the pages in it.
BROWSER_PACKAGES=(chromium chromium-driver python3-selenium fonts-dejavu-core)
# Other packages of nodejs than Debian's have it in them.
command -v npm > /dev/null || BROWSER_PACKAGES+=(npm)

# What only `./dev lint` needs. One release's tools are the judge.
LINT_PACKAGES=(
	git
	clang-format-14 clang-tidy-14 cppcheck universal-ctags shellcheck
	python3-autopep8 python3-flake8 php-codesniffer lua5.3 codespell mandoc
)

missing_packages() {
	comm -13 <(installed_packages) <(printf '%s\n' "$@" | sort -u)
}

installed_packages() {
	dpkg-query -W -f '${db:Status-Status} ${Package}\n' |
		sed -n 's/^installed //p' | sort -u
}

# Keeps packages from starting their servers while they are installed: the
# instances run their own, and a developer's machine is to get no new ones.
POLICY=/usr/sbin/policy-rc.d
policy_placed=
place_policy() {
	[ ! -e "$POLICY" ] || return 0
	printf '#!/bin/sh\nexit 101\n' > "$POLICY"
	chmod 755 "$POLICY"
	policy_placed=yes
}

remove_policy() {
	[ -z "$policy_placed" ] || rm -f "$POLICY"
	policy_placed=
}

# The units of just-installed packages must not come up with the next boot, nor
# be running because a policy of the machine's own allowed it.
disable_units() {
	local unit
	[ -d /run/systemd/system ] || return 0
	dpkg -L "$@" | sed -n \
		-e 's,^.*/systemd/system/\([^/@]*\.service\)$,\1,p' \
		-e 's,^.*/systemd/system/\([^/@]*\.socket\)$,\1,p' \
		-e 's,^.*/systemd/system/\([^/@]*\.timer\)$,\1,p' \
		-e 's,^/etc/init\.d/\([^/]*\)$,\1.service,p' |
		sort -u |
		while read -r unit; do
			systemctl --quiet disable --now "$unit" || true
		done
}

# Those among the named packages that have servers and timers of their own.
# What apt-get brought in besides counts too: the units of nginx-light are in
# nginx-common, those of php-fpm in a package named for its version.
with_units() {
	local package
	for package; do
		case $package in
		dovecot-* | postfix | slapd | postsrsd | rspamd | redis* | \
			nginx* | php*-fpm | php-common | roundcube-core | \
			apache2*)
			printf '%s\n' "$package" ;;
		esac
	done
}

# Installs those of the named packages that are missing.
install_packages() {
	local missing servers new before
	mapfile -t missing < <(missing_packages "$@")
	if [ ${#missing[@]} = 0 ]; then
		say "Packages: nothing is missing"
		return
	fi
	need_root "installing packages" deps
	say "Packages: installing ${missing[*]}"
	export DEBIAN_FRONTEND=noninteractive
	apt-get update ||
		say "apt-get update failed; trying with what is known"

	before=$(installed_packages)
	trap remove_policy EXIT
	place_policy
	# debconf may not be configured yet; without an answer the defaults of
	# the packages are harmless, only less tidy.
	debconf-set-selections <<-'END' || true
	postfix postfix/main_mailer_type select No configuration
	slapd slapd/no_configuration boolean true
	roundcube-core roundcube/dbconfig-install boolean false
	END
	# --no-remove: another mail server that is in the way is somebody's.
	apt-get install -y --no-install-recommends --no-remove "${missing[@]}" ||
		die "apt-get could not install everything (see above);" \
			"if it would have to remove a package, another mail" \
			"server is installed: remove that yourself first"
	mapfile -t new < <(comm -13 \
		<(printf '%s\n' "$before") <(installed_packages))
	mapfile -t servers < <(with_units "${new[@]}")
	if [ ${#servers[@]} != 0 ]; then
		disable_units "${servers[@]}"
	fi
	remove_policy
	trap - EXIT
}

deps() {
	install_packages "${PACKAGES[@]}" "$@"
}
