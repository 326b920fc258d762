/* poison.h -- memory that is kept and nobody's: under the address sanitizer its use shows. */
#ifndef RUN_POISON_H
#define RUN_POISON_H
#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define HAVE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HAVE_ASAN 1
#endif
#endif
#ifdef HAVE_ASAN
void __asan_poison_memory_region(void const volatile *p, size_t n);
void __asan_unpoison_memory_region(void const volatile *p, size_t n);
#define ASAN_POISON_MEMORY_REGION(p, n) __asan_poison_memory_region(p, n)
#define ASAN_UNPOISON_MEMORY_REGION(p, n) __asan_unpoison_memory_region(p, n)
#else
#define ASAN_POISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(p, n) ((void)(p), (void)(n))
#endif
#endif
