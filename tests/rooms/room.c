/* SPDX-License-Identifier: MIT
 *
 * The program that is linked with the whole of a room, to see that the room
 * calls nothing but the rooms below it; see meson.build. It does nothing.
 */
int main(void)
{
	return 0;
}
