using System.Globalization;

namespace Kestra.Expressions.Compilation;

/// <summary>Maps written arguments to declared names.</summary>
internal static class ArgumentBinding
{
    public static IReadOnlyDictionary<string, object?> Bind(Frame frame, IReadOnlyList<string>? names, Evaluate[] positional, (string Name, Evaluate Value)[] named)
    {
        var values = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (names is null)
        {
            for (var index = 0; index < positional.Length; index++)
            {
                values[index.ToString(CultureInfo.InvariantCulture)] = positional[index](frame);
            }

            foreach (var (_, value) in named)
            {
                value(frame);
            }

            return values;
        }

        if (positional.Length > names.Count)
        {
            throw new EvaluationException(string.Create(CultureInfo.InvariantCulture, $"The argument at position {names.Count + 1} is not allowed. Only {names.Count} argument(s) are allowed."));
        }

        for (var index = 0; index < positional.Length; index++)
        {
            values[names[index]] = positional[index](frame);
        }

        foreach (var (name, value) in named)
        {
            if (!names.Contains(name, StringComparer.Ordinal))
            {
                throw new EvaluationException($"The following named argument does not exist: {name}");
            }

            values[name] = value(frame);
        }

        return values;
    }
}
