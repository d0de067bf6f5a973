namespace Kestra.Expressions.Documentation;

/// <summary>Tests, operators and tags.</summary>
internal static class LanguageEntries
{
    public static IReadOnlyDictionary<string, Entry> Tests { get; } = new Dictionary<string, Entry>(StringComparer.Ordinal)
    {
        ["defined"] = new("Exists and is not null.", ("{{ inputs.missing is defined }}", "false")),
        ["empty"] = new("Null, a blank text, an empty list or map.", ("{{ '' is empty }}", "true")),
        ["even"] = new("An even whole number.", ("{{ 2 is even }}", "true")),
        ["iterable"] = new("Something a loop can go over, but for maps.", ("{{ numbers is iterable }}", "true")),
        ["json"] = new("A text that begins with JSON.", ("{{ '[1]' is json }}", "true")),
        ["map"] = new("A map.", ("{{ user is map }}", "true")),
        ["null"] = new("Null.", ("{{ null is null }}", "true")),
        ["odd"] = new("An odd whole number.", ("{{ 2 is not odd }}", "true")),
    };

    /// <summary>From the weakest to the strongest.</summary>
    public static IReadOnlyList<(string Name, Entry Entry)> Operators { get; } =
    [
        ("? :", new Entry("One of two values.", ("{{ 1 < 2 ? 'a' : 'b' }}", "a"))),
        ("or", new Entry("Either holds.", ("{{ false or true }}", "true"))),
        ("and", new Entry("Both hold.", ("{{ false and true }}", "false"))),
        ("is, is not", new Entry("A test.", ("{{ 3 is odd }}", "true"))),
        ("contains", new Entry("A list has an element, a map has a key, a text has a part.", ("{{ user.tags contains 'x' }}", "true"))),
        ("==, equals, !=", new Entry("Equality: numbers by value, everything else by type and value.", ("{{ 1 == 1.0 }}", "true"))),
        ("<, >, <=, >=", new Entry("Order of numbers.", ("{{ 1 < 2 }}", "true"))),
        ("+, -", new Entry("Sum and difference; texts are joined; lists are changed in place.", ("{{ 1 + 2 }}", "3"), ("{{ 'a' + 1 }}", "a1"))),
        ("*, /, %", new Entry("Product, quotient, rest.", ("{{ 7 / 2 }}", "3"), ("{{ 7 / 2.0 }}", "3.5"))),
        ("|", new Entry("A filter.", ("{{ user.name | upper }}", "ANN"))),
        ("~", new Entry("Joins texts.", ("{{ user.name ~ 1 }}", "Ann1"))),
        ("..", new Entry("A range.", ("{{ 1..3 }}", "[1,2,3]"))),
        ("??", new Entry("Another value for null or missing.", ("{{ inputs.missing ?? 'none' }}", "none"))),
        ("???", new Entry("Another value for missing.", ("{{ inputs.missing ??? 'none' }}", "none"))),
        ("isIn", new Entry("The text of a value is among the texts of a list, or of the keys and values of a map.", ("{{ 'x' isIn user.tags }}", "true"))),
        ("not", new Entry("The opposite.", ("{{ not false }}", "true"))),
    ];

    public static IReadOnlyList<(string Name, Entry Entry)> Tags { get; } =
    [
        ("set", new Entry("Sets a variable.", ("{% set a = 1 %}{{ a + 1 }}", "2"))),
        ("if", new Entry("Renders one of several parts.", ("{% if numbers is empty %}none{% elseif true %}some{% else %}?{% endif %}", "some"))),
        ("for", new Entry("Renders a part for each element; `loop` has `index`, `revindex`, `length`, `first` and `last`.", ("{% for n in numbers %}{{ loop.index }}:{{ n }} {% else %}none{% endfor %}", "0:3 1:1 2:2 "))),
        ("macro", new Entry("A part with parameters that is called like a function and sees nothing but them.", ("{% macro hi(name='you') %}Hi {{ name }}{% endmacro %}{{ hi() }}", "Hi you"))),
        ("block", new Entry("A part that can be printed again.", ("{% block a %}x{% endblock %}", "x"))),
        ("filter", new Entry("Filters what a part renders to.", ("{% filter upper %}abc{% endfilter %}", "ABC"))),
        ("verbatim", new Entry("A part that is not rendered.", ("{% verbatim %}{{ a }}{% endverbatim %}", "{{ a }}"))),
        ("raw", new Entry("The same within one line; recursive rendering leaves it alone too.", ("{% raw %}{{ a }}{% endraw %}", "{{ a }}"))),
    ];
}
