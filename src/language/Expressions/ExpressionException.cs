namespace Kestra.Expressions;

/// <summary>An expression that is wrong, or that names something unknown. The message is the one that users of Kestra know.</summary>
public class ExpressionException : Exception
{
    /// <param name="offset">Characters before the faulty place; negative when it is not known.</param>
    public ExpressionException(string message, string? expression = null, int offset = -1, Exception? inner = null)
        : base(message, inner)
    {
        Expression = expression;
        if (expression is not null && offset >= 0)
        {
            var before = expression.AsSpan(0, Math.Min(offset, expression.Length));
            Line = before.Count('\n') + 1;
            Column = before.Length - before.LastIndexOf('\n');
        }
    }

    /// <summary>The whole template.</summary>
    public string? Expression { get; }

    /// <summary>1-based line of the faulty place; 0 when unknown. The message names the line that users have always seen, which may be a later one.</summary>
    public int Line { get; }

    /// <summary>1-based column of the faulty place; 0 when unknown.</summary>
    public int Column { get; }

    /// <summary>What was probably meant: the nearest name that exists. Null when nothing is near.</summary>
    public virtual string? Hint { get; init; }
}

/// <summary>A variable, key, index or attribute does not exist. <c>??</c>, <c>default</c> and <c>is defined</c> catch it.</summary>
public sealed class MissingVariableException : ExpressionException
{
    private readonly IEnumerable<string> known;

    internal MissingVariableException(string name, string expression, Syntax.Place at, IEnumerable<string>? known = null)
        : base($"Unable to find `{name}` used in the expression `{expression}` at line {at.Line}", expression, at.Offset)
    {
        Name = name;
        this.known = known ?? [];
    }

    public string Name { get; }

    public override string? Hint => Suggestions.Nearest(Name, known);
}

/// <summary>A limit of <see cref="ExpressionOptions"/> was exceeded. No operator of the language swallows it.</summary>
public sealed class ExpressionLimitException(string message, Exception? inner = null) : ExpressionException(message, inner: inner);

/// <summary>The rule of the language that was broken, before it is known where.</summary>
internal sealed class EvaluationException(string message, Exception? inner = null) : Exception(message, inner)
{
    public string? Hint { get; init; }
}

/// <summary>A failure of a conversion inside a filter or function, whose text is not part of the language.</summary>
internal sealed class ConversionException(string message, Exception? inner = null) : Exception(message, inner);
