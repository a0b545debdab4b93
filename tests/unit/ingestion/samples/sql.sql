-- All customers.
CREATE TABLE customers (
    id bigint PRIMARY KEY,
    name text NOT NULL
);

CREATE INDEX customers_name ON customers (name);

-- Those who paid.
CREATE VIEW shop.paying AS
SELECT c.id, c.name FROM customers c JOIN invoices i ON i.customer = c.id;

/* Sum of a customer. */
CREATE OR REPLACE FUNCTION total(customer bigint) RETURNS numeric AS $$
    SELECT sum(amount) FROM invoices WHERE invoices.customer = total.customer;
$$ LANGUAGE sql;

INSERT INTO customers VALUES (1, 'Ada');
SELECT * FROM paying;
