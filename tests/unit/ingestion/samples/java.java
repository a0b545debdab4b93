package org.example.store;

import java.util.Map;

/** Keeps values by name. */
@Service
public final class Store<V> implements Closeable {
    private final Map<String, V> values = new HashMap<>();

    /** An empty store. */
    public Store() {
        super();
    }

    /**
     * Looks a value up.
     *
     * @return the value, or null
     */
    @Nullable
    public V get(String name) {
        return values.get(name);
    }

    /** What happened. */
    enum Event {
        ADDED,
        REMOVED;

        boolean loses() {
            return this == REMOVED;
        }
    }
}

interface Closeable {
    void close() throws IOException;
}

record Point(int x, int y) {
    double norm() {
        return Math.sqrt(x * x + y * y);
    }
}
