/* Linked lists. */
#include <stdlib.h>

#define LIST_MAX 100

/* One link. */
struct node {
    int value;
    struct node *next;
};

typedef struct {
    struct node *head;
    size_t length;
} list_t;

enum order { ASCENDING, DESCENDING };

/**
 * Puts a value in front.
 */
static struct node *
list_push(list_t *list, int value)
{
    struct node *link = malloc(sizeof(*link));
    link->value = value;
    link->next = list->head;
    list->head = link;
    return link;
}

#ifdef DEBUG
// Prints it.
void list_print(const list_t *list) {
    puts("list");
}
#endif

int (*handler(int sig))(int) {
    return table[sig];
}
