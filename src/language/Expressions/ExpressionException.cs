namespace Kestra.Expressions;

/// <summary>An expression that is wrong, or that names something unknown. The message is the one that users of Kestra know.</summary>
public class ExpressionException : Exception
{
    public ExpressionException(string message, string? expression = null, int line = 0, Exception? inner = null)
        : base(message, inner)
    {
        Expression = expression;
        Line = line;
    }

    /// <summary>The whole template.</summary>
    public string? Expression { get; }

    /// <summary>1-based; 0 when unknown.</summary>
    public int Line { get; }
}

/// <summary>A variable, key, index or attribute does not exist. <c>??</c>, <c>default</c> and <c>is defined</c> catch it.</summary>
public sealed class MissingVariableException(string name, string? expression, int line)
    : ExpressionException($"Unable to find `{name}` used in the expression `{expression}` at line {line}", expression, line)
{
    public string Name { get; } = name;
}

/// <summary>The rule of the language that was broken, before it is known where.</summary>
internal sealed class EvaluationException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>A failure of a conversion inside a filter or function, whose text is not part of the language.</summary>
internal sealed class ConversionException(string message) : Exception(message);
