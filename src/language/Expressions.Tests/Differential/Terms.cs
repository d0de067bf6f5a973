using System.Globalization;
using System.Text;

namespace Kestra.Expressions.Tests.Differential;

/// <summary>A template as a tree of its own, which knows how it is written and nothing of the product's parser.</summary>
internal abstract record Part
{
    public abstract void Write(StringBuilder text);
}

internal sealed record TextPart(string Text) : Part
{
    public override void Write(StringBuilder text) => text.Append(Text);
}

internal sealed record PrintPart(Term Value) : Part
{
    public override void Write(StringBuilder text)
    {
        text.Append("{{ ");
        Value.Write(text, 0);
        text.Append(" }}");
    }
}

internal sealed record SetPart(string Name, Term Value) : Part
{
    public override void Write(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{{% set {Name} = ");
        Value.Write(text, 0);
        text.Append(" %}");
    }
}

internal sealed record IfPart(Term Condition, IReadOnlyList<Part> Then, IReadOnlyList<Part> Else) : Part
{
    public override void Write(StringBuilder text)
    {
        text.Append("{% if ");
        Condition.Write(text, 0);
        text.Append(" %}");
        TemplateText.Write(text, Then);
        text.Append("{% else %}");
        TemplateText.Write(text, Else);
        text.Append("{% endif %}");
    }
}

internal sealed record ForPart(string Name, Term Items, IReadOnlyList<Part> Body, IReadOnlyList<Part> Else) : Part
{
    public override void Write(StringBuilder text)
    {
        text.Append(CultureInfo.InvariantCulture, $"{{% for {Name} in ");
        Items.Write(text, 0);
        text.Append(" %}");
        TemplateText.Write(text, Body);
        text.Append("{% else %}");
        TemplateText.Write(text, Else);
        text.Append("{% endfor %}");
    }
}

internal static class TemplateText
{
    public static void Write(StringBuilder text, IReadOnlyList<Part> parts)
    {
        foreach (var part in parts)
        {
            part.Write(text);
        }
    }

    public static string Text(IReadOnlyList<Part> parts)
    {
        var text = new StringBuilder();
        Write(text, parts);
        return text.ToString();
    }
}

/// <summary>An expression. What binds weaker than its place allows is written in parentheses.</summary>
internal abstract record Term
{
    private const int Atom = 1000;

    protected virtual int Precedence => Atom;

    public void Write(StringBuilder text, int least)
    {
        if (Precedence < least)
        {
            text.Append('(');
            Write(text);
            text.Append(')');
        }
        else
        {
            Write(text);
        }
    }

    protected abstract void Write(StringBuilder text);
}

internal sealed record Literal(object? Value) : Term
{
    protected override void Write(StringBuilder text) => text.Append(Value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        string word => $"'{word}'",
        double number => number.ToString("0.0##", CultureInfo.InvariantCulture),
        _ => Convert.ToString(Value, CultureInfo.InvariantCulture),
    });
}

internal sealed record Variable(string Name) : Term
{
    protected override void Write(StringBuilder text) => text.Append(Name);
}

internal sealed record Attribute(Term Owner, string Name) : Term
{
    protected override void Write(StringBuilder text)
    {
        Paths.Owner(text, Owner);
        text.Append('.').Append(Name);
    }
}

internal sealed record Item(Term Owner, Term Key) : Term
{
    protected override void Write(StringBuilder text)
    {
        Paths.Owner(text, Owner);
        text.Append('[');
        Key.Write(text, 0);
        text.Append(']');
    }
}

internal static class Paths
{
    // Literals of lists and maps take no path directly, and a number's point is not one.
    public static void Owner(StringBuilder text, Term owner) => owner.Write(text, owner is Variable or Attribute or Item ? 0 : int.MaxValue);
}

internal sealed record ListTerm(IReadOnlyList<Term> Items) : Term
{
    protected override void Write(StringBuilder text)
    {
        text.Append('[');
        for (var index = 0; index < Items.Count; index++)
        {
            text.Append(index == 0 ? "" : ", ");
            Items[index].Write(text, 0);
        }

        text.Append(']');
    }
}

internal sealed record Unary(string Sign, Term Operand) : Term
{
    protected override int Precedence => 500;

    protected override void Write(StringBuilder text)
    {
        text.Append(Sign).Append(' ');
        Operand.Write(text, 500);
    }
}

internal sealed record Binary(string Sign, Term Left, Term Right) : Term
{
    private static readonly Dictionary<string, int> Levels = new(StringComparer.Ordinal)
    {
        ["or"] = 10, ["and"] = 15, ["contains"] = 20, ["=="] = 30, ["!="] = 30, ["<"] = 30, [">"] = 30, ["<="] = 30, [">="] = 30,
        ["+"] = 40, ["-"] = 40, ["*"] = 60, ["/"] = 60, ["%"] = 60, ["~"] = 110, ["??"] = 120, ["???"] = 120, ["isIn"] = 120, [".."] = 120,
    };

    protected override int Precedence => Levels[Sign];

    protected override void Write(StringBuilder text)
    {
        Left.Write(text, Precedence);
        text.Append(' ').Append(Sign).Append(' ');
        Right.Write(text, Precedence + 1);
    }
}

internal sealed record Choice(Term Condition, Term Then, Term Else) : Term
{
    protected override int Precedence => 1;

    protected override void Write(StringBuilder text)
    {
        Condition.Write(text, 2);
        text.Append(" ? ");
        Then.Write(text, 1);
        text.Append(" : ");
        Else.Write(text, 1);
    }
}

internal sealed record Filtered(Term Input, string Name, IReadOnlyList<Term> Arguments) : Term
{
    protected override int Precedence => 100;

    protected override void Write(StringBuilder text)
    {
        Input.Write(text, 100);
        text.Append(" | ").Append(Name);
        if (Arguments.Count > 0)
        {
            text.Append('(');
            for (var index = 0; index < Arguments.Count; index++)
            {
                text.Append(index == 0 ? "" : ", ");
                Arguments[index].Write(text, 0);
            }

            text.Append(')');
        }
    }
}

internal sealed record Tested(Term Input, string Name, bool Negated) : Term
{
    protected override int Precedence => 20;

    protected override void Write(StringBuilder text)
    {
        Input.Write(text, 20);
        text.Append(Negated ? " is not " : " is ").Append(Name);
    }
}
