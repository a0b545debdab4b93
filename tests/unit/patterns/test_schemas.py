"""What declares a stored entity in each language and what only looks like one."""

import pytest

from apps.singularity.ingestion.engine.languages import grammar_of
from apps.singularity.patterns.engine.facts import Entity, Import
from apps.singularity.patterns.engine.schemas import entities

Row = tuple[str, int, int, tuple[str, ...]]


def read(
    language: str, text: str, *modules: str, path: str = "a", names: tuple[str, ...] = ()
) -> tuple[Entity, ...]:
    source = text.encode()
    grammar = grammar_of(language)
    tree = grammar.parse(source) if grammar else None
    imports = [Import(module, names, 1) for module in modules]
    root = tree.root_node if tree else None
    return entities(root, source, language=language, path=path, imports=imports)


def rows(found: tuple[Entity, ...]) -> list[Row]:
    return [(one.name, one.line, one.fields, one.relations) for one in found]


DJANGO = """from django.db import models

class Base(models.Model):
    created = models.DateTimeField()
    class Meta:
        abstract = True

class Author(Base):
    name: str = models.CharField(max_length=9)
    friends = models.ManyToManyField("self")

class Plain(models.Model): pass

class Book(models.Model):
    title = CharField()
    author = models.ForeignKey(Author, models.CASCADE)
    shop = models.ForeignKey("shops.Shop", on_delete=models.CASCADE)
    owner = models.OneToOneField(
        # the user
        to=settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    objects = models.Manager()
    limit = 5

    class Inner(models.TextChoices):
        A = "a"

class Proxy(Book):
    x = models.IntegerField()
    class Meta:
        proxy = True

class BookForm(forms.ModelForm):
    title = forms.CharField()

class BookSerializer(ModelSerializer):
    title = serializers.CharField()

class Later(Unknown):
    pass

class Editor(Base):
    pass

class Now(Func):
    output_field = models.DateTimeField()
"""


def test_django() -> None:
    found = read("python", DJANGO, "django.db", "django")
    assert {one.source for one in found} == {"django"}
    assert rows(found) == [
        ("Author", 8, 2, ("Author",)),
        ("Plain", 12, 0, ()),
        ("Book", 14, 4, ("Author", "Shop", "AUTH_USER_MODEL")),
        ("Editor", 41, 0, ()),
    ]


def test_without_django_a_model_is_something_else() -> None:
    assert read("python", DJANGO, "other.db") == ()


SQLALCHEMY = """class Base(DeclarativeBase):
    pass

class Mixin:
    note: Mapped[str]

class Abstract(Base):
    __abstract__ = True
    id = Column(Integer)

class User(Base):
    __tablename__ = "user_account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    boss_id = mapped_column(ForeignKey("user_account.id"))
    addresses: Mapped[List["Address"]] = relationship(back_populates="user")

class Address(Base):
    __tablename__ = "address"
    id = Column(Integer, primary_key=True)
    user_id = sa.Column(ForeignKey('other.user_account.id'))
    city_id = Column(ForeignKey("city.id"))
    user = orm.relationship("User", back_populates="addresses")
    lazy = relationship(lambda: models.Parcel)

city = Table(
    "city",
    metadata,
    Column("id", Integer),
    Column("country_id", ForeignKey("public.country.id")),
)
copy = Table("city", metadata, autoload_with=engine)
"""


def test_sqlalchemy() -> None:
    assert rows(read("python", SQLALCHEMY, "sqlalchemy.orm")) == [
        ("User", 11, 3, ("Address", "User")),
        ("Address", 18, 3, ("User", "Parcel", "city")),
        ("city", 26, 2, ("country",)),
    ]


def test_flask_sqlalchemy_needs_no_import_of_its_own() -> None:
    text = "class Pet(db.Model):\n    id = db.Column(db.Integer)\n    x = db.Column(db.Text)\n"
    assert rows(read("python", text, "shop")) == [("Pet", 1, 2, ())]


def test_sqlmodel() -> None:
    text = """class HeroBase(SQLModel):
    name: str

class Hero(HeroBase, table=True):
    id: int | None = Field(default=None, primary_key=True)
    team_id: int = Field(foreign_key="team.id")
    team: Team = Relationship(back_populates="heroes")
"""
    assert rows(read("python", text, "sqlmodel")) == [("Hero", 4, 2, ("Team", "team"))]


ECTO = """defmodule App.Accounts.User do
  use Ecto.Schema

  schema "users" do
    field :name, :string
    field(:age, :integer)
    belongs_to :org, App.Org
    belongs_to :boss, __MODULE__
    has_many :posts, App.Blog.Post, on_delete: :delete_all
    has_many :comments, through: [:posts, :comments]
    timestamps()
  end

  defmodule Setting do
    embedded_schema do
      field :key
    end
  end
end

defmodule App.Org do
  schema "orgs" do
    field :name, :string
  end
end
"""


def test_ecto() -> None:
    assert rows(read("elixir", ECTO)) == [
        ("User", 4, 6, ("Org", "User", "Post")),
        ("Org", 22, 1, ()),
    ]


PRISMA = """datasource db {
  provider = "postgresql"
}
enum Role {
  ADMIN
  USER
}
model User {
  id    Int     @id @default(autoincrement())
  email String  @unique // a comment
  role  Role?
  tags  String[]
  raw   Unsupported("circle")?
  posts Post[]
  @@map("users")
}
/// model Nothing {
model Post {
  author   User @relation(fields: [authorId], references: [id])
  authorId Int
}
"""


@pytest.mark.parametrize("language", ["text", "unknown"])
def test_prisma_is_told_by_its_path(language: str) -> None:
    found = entities(None, PRISMA.encode(), language=language, path="db/schema.prisma", imports=())
    assert rows(found) == [("User", 8, 5, ("Post",)), ("Post", 18, 1, ("User",))]


SQL = """-- CREATE TABLE no (id int);
CREATE TABLE IF NOT EXISTS public."user" (
    id bigint PRIMARY KEY,
    name varchar(80) DEFAULT 'a, b; CREATE TABLE no (x int)',
    price numeric(10, 2) CHECK (price > 0),
    boss_id bigint REFERENCES "user"(id),
    CONSTRAINT one UNIQUE (name, price),
    PRIMARY KEY (id)
);
create table orders (
  id int, user_id int,
  foreign key (user_id) references public.user (id)
) engine=InnoDB;
CREATE TEMP TABLE scratch (id int);
CREATE TABLE part PARTITION OF orders FOR VALUES FROM (1) TO (2);
CREATE FUNCTION f() RETURNS void AS $body$ CREATE TABLE no (id int); $body$ LANGUAGE sql;
/* CREATE TABLE no (id int); */
CREATE TABLE copied AS SELECT id, name FROM "user";
ALTER TABLE ONLY orders
    ADD COLUMN city_id int,
    ADD CONSTRAINT fk FOREIGN KEY (city_id) REFERENCES city(id);
ALTER TABLE orders OWNER TO someone;
CREATE TABLE `tick` (`id` int, [x y] int, KEY `k` (`id`));
CREATE INDEX i ON orders (id);
"""


def test_sql() -> None:
    assert rows(read("sql", SQL)) == [
        ("user", 2, 4, ("user",)),
        ("orders", 10, 2, ("user",)),
        ("copied", 18, 0, ()),
        ("orders", 19, 1, ("city",)),
        ("tick", 23, 2, ()),
    ]


def test_sql_is_read_without_a_tree() -> None:
    found = entities(None, SQL.encode(), language="sql", path="a.sql", imports=())
    assert len(found) == 5


@pytest.mark.parametrize("text", ["CREATE TABLE", "create table (", "ALTER TABLE x ADD", "(((("])
def test_unfinished_sql_declares_nothing_of_use(text: str) -> None:
    found = entities(None, text.encode(), language="sql", path="a.sql", imports=())
    assert all(one.name for one in found)


RAILS = """ActiveRecord::Schema[7.1].define(version: 2024) do
  create_table "users", force: :cascade do |t|
    t.string "name", null: false
    t.datetime "created_at"
    t.index ["name"], name: "i"
  end

  create_table "orders" do |t|
    t.bigint "user_id", null: false
    t.references :city
    t.bigint "external_id"
  end

  add_foreign_key "orders", "shops"
end
"""


def test_rails() -> None:
    assert rows(read("ruby", RAILS)) == [
        ("users", 2, 2, ()),
        ("orders", 8, 3, ("citys", "shops", "users")),
    ]


JPA = """package a;
@Entity
@Table(name = "orders")
public class Order extends Base {
  private static final int X = 1;
  @Id private Long id;
  @Column(name = "t") private String title;
  @Transient private String cache;
  transient int no;
  @ManyToOne(fetch = LAZY) private User user;
  @OneToMany(mappedBy = "order") private List<Line> lines;
  @OneToOne(mappedBy = "order") private Bill bill;
}
class Plain { String a; }
"""


def test_jpa() -> None:
    assert rows(read("java", JPA)) == [("Order", 2, 3, ("User", "Line", "Bill"))]


GORM = """package a
type User struct {
	gorm.Model
	Name, Nick string
	Orders []Order
	Bill   *pay.Bill `gorm:"foreignKey:UserID"`
	Cache  string `gorm:"-"`
}
type Order struct {
	ID int `gorm:"primaryKey"`
	UserID int
}
type Plain struct { Name string }
"""


def test_gorm() -> None:
    assert rows(read("go", GORM)) == [("User", 2, 6, ("Order", "Bill")), ("Order", 9, 2, ())]


TYPEORM = """@Entity()
export class User {
  @PrimaryGeneratedColumn() id: number;
  @Column({ nullable: true }) name: string;
  @OneToMany(() => Photo, (photo) => photo.user) photos: Photo[];
  @ManyToOne("Team") team: Team;
  plain = 1;
}
export class Other { @Column() x: number; }
"""


def test_typeorm() -> None:
    assert rows(read("typescript", TYPEORM, "typeorm")) == [("User", 2, 2, ("Photo", "Team"))]


MONGOOSE = """const userSchema = new mongoose.Schema({
  name: String,
  team: { type: ObjectId, ref: "Team" },
}, { timestamps: true });
module.exports = mongoose.model("User", userSchema);
const petSchema = new Schema({ name: String });
"""
SEQUELIZE = """module.exports = (sequelize) => {
  return sequelize.define("user", { name: STRING, org: { references: { model: "orgs" } } });
};
other.define({ a: 1 });
"""
DRIZZLE = """export const users = pgTable("users", {
  id: serial("id").primaryKey(),
  org: integer("org").references(() => orgs.id),
});
"""


@pytest.mark.parametrize(
    ("package", "text", "expected"),
    [
        ("mongoose", MONGOOSE, [("User", 1, 2, ("Team",)), ("pet", 6, 1, ())]),
        ("sequelize", SEQUELIZE, [("user", 2, 2, ("orgs",))]),
        ("drizzle-orm/pg-core", DRIZZLE, [("users", 1, 2, ("orgs",))]),
    ],
)
def test_mappers_of_javascript(package: str, text: str, expected: list[Row]) -> None:
    assert rows(read("javascript", text, package)) == expected
    assert read("javascript", text, "other") == ()


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("python", "class A(models.Model):\n    x = " + "(" * 10_000 + ")" * 10_000),
        ("javascript", "f(" * 10_000 + ")" * 10_000 + "\nnew Schema({})"),
        ("elixir", 'schema "a" do\n' + "[" * 10_000),
        ("sql", "create table a (" + "(" * 10_000),
        ("java", "@Entity class A {" * 3_000),
    ],
)
def test_deep_nesting_is_no_problem(language: str, text: str) -> None:
    read(language, text, "django.db", "mongoose")
