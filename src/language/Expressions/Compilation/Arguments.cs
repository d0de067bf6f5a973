namespace Kestra.Expressions.Compilation;

/// <summary>Evaluated arguments, as a filter or function declares them.</summary>
/// <param name="names">Declared names; null for a callable that takes any number.</param>
/// <param name="values">In the order of the names, <see cref="Absent"/> for those that were not written; empty when none was.</param>
internal readonly struct Arguments(Frame frame, IReadOnlyList<string>? names, object?[] values)
{
    /// <summary>Stands for an argument that was not written, which is not the same as null.</summary>
    public static object Absent { get; } = new();

    public Frame Frame { get; } = frame;

    /// <summary>What was written without a name, for a callable that takes any number.</summary>
    public IReadOnlyList<object?> All => names is null ? values : [];

    /// <summary>Null when it was not written.</summary>
    public object? this[string name]
    {
        get
        {
            var index = IndexOf(name);
            return index < values.Length && !ReferenceEquals(values[index], Absent) ? values[index] : null;
        }
    }

    public bool Has(string name) => IndexOf(name) is var index && index < values.Length && !ReferenceEquals(values[index], Absent);

    private int IndexOf(string name)
    {
        for (var index = 0; names is not null && index < names.Count; index++)
        {
            if (names[index] == name)
            {
                return index;
            }
        }

        throw new InvalidOperationException($"The argument '{name}' is not declared.");
    }
}
