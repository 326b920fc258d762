/* nosymbol.c -- a plug-in that lacks its one function. */
extern int nosymbol;
__attribute__((visibility("default"))) int nosymbol = 1;
