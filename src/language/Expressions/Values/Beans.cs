namespace Kestra.Expressions.Values;

/// <summary>One entry of a map that is iterated.</summary>
internal sealed record MapEntry(object? Key, object? Value);

/// <summary>The variable <c>loop</c> in one turn.</summary>
internal sealed record LoopValue(int Index, int Length)
{
    public bool IsFirst => Index == 0;

    public bool IsLast => Index == Length - 1;

    public int Remaining => Length - 1 - Index;

    public override string ToString() => string.Create(
        System.Globalization.CultureInfo.InvariantCulture,
        $"{{last={(IsLast ? "true" : "false")}, length={Length}, index={Index}, revindex={Remaining}, first={(IsFirst ? "true" : "false")}}}");
}

/// <summary>An object with attributes that is not a map for filters and tests: an entry of a log.</summary>
/// <param name="ClassName">The name that <c>className</c> shows.</param>
internal sealed record BeanValue(string ClassName, IReadOnlyDictionary<string, object?> Attributes);

/// <summary>The variable <c>_context</c>, which exists and can't be used.</summary>
internal sealed class ContextValue
{
    private ContextValue()
    {
    }

    public static ContextValue Instance { get; } = new();
}
