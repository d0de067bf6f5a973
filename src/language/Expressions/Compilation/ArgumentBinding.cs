using System.Globalization;

namespace Kestra.Expressions.Compilation;

/// <summary>Written arguments, evaluated in order and put in the places of the declared names.</summary>
internal sealed class ArgumentBinding(Evaluate[] positional, (string Name, Evaluate Value)[] named)
{
    public static ArgumentBinding None { get; } = new([], []);

    public Arguments Bind(Frame frame, IReadOnlyList<string>? names)
    {
        if (names is null)
        {
            return BindAll(frame);
        }

        if (positional.Length > names.Count)
        {
            throw new EvaluationException(string.Create(CultureInfo.InvariantCulture, $"The argument at position {names.Count + 1} is not allowed. Only {names.Count} argument(s) are allowed."));
        }

        if (positional.Length == 0 && named.Length == 0)
        {
            return new Arguments(frame, names, []);
        }

        var values = new object?[names.Count];
        Array.Fill(values, Arguments.Absent);
        for (var index = 0; index < positional.Length; index++)
        {
            values[index] = positional[index](frame);
        }

        foreach (var (name, value) in named)
        {
            var index = IndexOf(names, name);
            values[index] = value(frame);
        }

        return new Arguments(frame, names, values);
    }

    // Names mean nothing to such a callable; their values are evaluated nevertheless.
    private Arguments BindAll(Frame frame)
    {
        var values = positional.Length == 0 ? [] : new object?[positional.Length];
        for (var index = 0; index < positional.Length; index++)
        {
            values[index] = positional[index](frame);
        }

        foreach (var (_, value) in named)
        {
            value(frame);
        }

        return new Arguments(frame, null, values);
    }

    private static int IndexOf(IReadOnlyList<string> names, string name)
    {
        for (var index = 0; index < names.Count; index++)
        {
            if (names[index] == name)
            {
                return index;
            }
        }

        throw new EvaluationException($"The following named argument does not exist: {name}") { Hint = Suggestions.Nearest(name, names) };
    }
}
