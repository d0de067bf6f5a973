namespace Kestra.Expressions.Tests.Differential;

/// <summary>Random templates whose parts fit each other most of the time: enough to give values, and seldom enough to give errors.</summary>
internal sealed class TermGenerator(Random random)
{
    private enum Kind
    {
        Number,
        Text,
        Truth,
        List,
        Map,
    }

    private static readonly string[] Attributes = ["a", "b", "c", "nothing", "zz"];
    private static readonly string[] Texts = ["", "a", "abc", "1", "deep", " ", "Hello"];

    public IReadOnlyList<Part> Parts(int depth)
    {
        var parts = new List<Part>();
        for (var count = random.Next(1, depth > 1 ? 4 : 2); count > 0; count--)
        {
            parts.Add(Part(depth));
        }

        return parts;
    }

    private Part Part(int depth) => random.Next(depth > 0 ? 10 : 7) switch
    {
        0 => new TextPart("x"),
        < 6 => new PrintPart(Term(Any(), random.Next(4))),
        6 => new SetPart(Pick("v", "n", "l", "s"), Term(Any(), 2)),
        7 or 8 => new IfPart(Term(random.Next(6) == 0 ? Any() : Kind.Truth, 2), Parts(depth - 1), Parts(depth - 1)),
        _ => new ForPart(Pick("i", "n"), Term(random.Next(8) == 0 ? Any() : Kind.List, 1), Parts(depth - 1), Parts(depth - 1)),
    };

    private Kind Any() => (Kind)random.Next(5);

    private T Pick<T>(params T[] choices) => choices[random.Next(choices.Length)];

    // Now and then a part is of a kind that does not fit.
    private Term Term(Kind kind, int depth)
    {
        kind = random.Next(40) == 0 ? Any() : kind;
        if (depth <= 0)
        {
            return Leaf(kind);
        }

        return random.Next(10) switch
        {
            0 => Leaf(kind),
            1 => new Choice(Term(Kind.Truth, depth - 1), Term(kind, depth - 1), Term(kind, depth - 1)),
            2 => new Binary(Pick("??", "??", "???"), random.Next(3) == 0 ? Broken() : Term(kind, depth - 1), Term(kind, depth - 1)),
            3 => new Filtered(random.Next(3) == 0 ? Broken() : Term(kind, depth - 1), "default", [Leaf(kind)]),
            _ => Composed(kind, depth - 1),
        };
    }

    private Term Composed(Kind kind, int depth) => kind switch
    {
        Kind.Number => random.Next(8) switch
        {
            0 => new Unary(Pick("-", "+"), Term(Kind.Number, depth)),
            1 => new Filtered(Term(Kind.Number, depth), "abs", []),
            2 => new Filtered(Term(Pick(Kind.Text, Kind.List, Kind.Map), depth), "length", []),
            3 => new Item(new Variable("l"), new Literal((long)random.Next(3))),
            _ => new Binary(Pick("+", "-", "*", "/", "%"), Term(Kind.Number, depth), Term(Kind.Number, depth)),
        },
        Kind.Text => random.Next(6) switch
        {
            0 => new Filtered(Term(Any(), depth), Pick("upper", "lower", "string"), []),
            1 => new Filtered(Term(Kind.List, depth), "join", [new Literal(",")]),
            2 => new Filtered(Term(Kind.Text, depth), Pick("trim", "first", "last"), []),
            3 => new Binary("+", Term(Kind.Text, depth), Term(Any(), depth)),
            _ => new Binary("~", Term(Any(), depth), Term(Any(), depth)),
        },
        Kind.Truth => random.Next(7) switch
        {
            0 => new Unary("not", Term(Kind.Truth, depth)),
            1 => new Tested(Term(Any(), depth), Pick("defined", "null", "empty", "iterable", "map"), random.Next(2) == 0),
            2 => new Tested(Term(Kind.Number, depth), Pick("even", "odd"), random.Next(2) == 0),
            3 => new Binary(Pick("and", "or"), Term(Kind.Truth, depth), Term(Kind.Truth, depth)),
            4 => new Binary(Pick("<", ">", "<=", ">="), Term(Kind.Number, depth), Term(Kind.Number, depth)),
            5 => new Binary(Pick("contains", "isIn"), Term(Pick(Kind.Text, Kind.List, Kind.Map), depth), Term(Pick(Kind.Text, Kind.List), depth)),
            _ => new Binary(Pick("==", "!="), Term(Any(), depth), Term(Any(), depth)),
        },
        Kind.List => random.Next(7) switch
        {
            0 => new Binary("..", new Literal((long)random.Next(4)), new Literal((long)random.Next(6))),
            1 => new Binary(Pick("+", "-"), Term(Kind.List, depth), Term(Any(), depth)),
            2 => new Filtered(Term(Kind.List, depth), Pick("reverse", "distinct", "keys"), []),
            3 => new Filtered(Pick<Term>(new Variable("l"), new Variable("ls"), new ListTerm([Term(Kind.Text, 0), Term(Kind.Text, 0)])), "sort", []),
            4 => new Filtered(Term(Kind.Map, depth), "keys", []),
            _ => new ListTerm([.. Enumerable.Range(0, random.Next(3)).Select(_ => Term(Any(), depth))]),
        },
        _ => Leaf(Kind.Map),
    };

    // What ??, default and tests are for.
    private Term Broken() => random.Next(5) switch
    {
        0 => new Variable("missing"),
        1 => new Variable("nul"),
        2 => new Attribute(new Variable("m"), Pick(Attributes)),
        3 => new Item(new Variable(Pick("l", "ls", "m", "s")), Leaf(Any())),
        _ => new Attribute(new Attribute(new Variable("m"), Pick(Attributes)), Pick(Attributes)),
    };

    private Term Leaf(Kind kind) => random.Next(50) == 0 ? Broken() : kind switch
    {
        Kind.Number => random.Next(4) switch
        {
            0 => new Literal((long)random.Next(6)),
            1 => new Literal(random.Next(9) / 4.0),
            _ => new Variable(Pick("n", "big", "d")),
        },
        Kind.Text => random.Next(2) == 0 ? new Literal(Pick(Texts)) : new Variable(Pick("s", "e")),
        Kind.Truth => random.Next(2) == 0 ? new Literal(random.Next(2) == 0) : new Variable(Pick("t", "f")),
        Kind.List => new Variable(Pick("l", "ls", "el")),
        _ => random.Next(3) == 0 ? new Attribute(new Variable("m"), "b") : new Variable(Pick("m", "em")),
    };
}
