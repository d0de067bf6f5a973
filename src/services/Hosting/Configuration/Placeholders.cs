using System.Text;

namespace Kestra.Hosting.Configuration;

/// <summary>Resolves <c>${other.key}</c>, <c>${VARIABLE}</c>, <c>${key:default}</c>, <c>${random.port}</c> and <c>${random.uuid}</c>.</summary>
internal sealed class Placeholders(IReadOnlyDictionary<string, object?> settings, IReadOnlyDictionary<string, string> environment, Func<string, string?> random)
{
    private const int MaximumDepth = 16;

    public object? Resolve(object? value) => Resolve(value, 0);

    private object? Resolve(object? value, int depth) => value switch
    {
        string text => Resolve(text, depth),
        List<object?> list => list.ConvertAll(item => Resolve(item, depth)),
        Dictionary<string, object?> map => map.ToDictionary(entry => entry.Key, entry => Resolve(entry.Value, depth), StringComparer.Ordinal),
        _ => value,
    };

    private string Resolve(string text, int depth)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return text;
        }

        if (depth > MaximumDepth)
        {
            throw new ConfigurationException($"The placeholders of '{text}' refer to each other without end.");
        }

        var result = new StringBuilder();
        var position = 0;
        while (position < text.Length)
        {
            var start = text.IndexOf("${", position, StringComparison.Ordinal);
            var end = start < 0 ? -1 : End(text, start + 2);
            if (end < 0)
            {
                break;
            }

            result.Append(text, position, start - position).Append(Value(text[(start + 2)..end], depth + 1));
            position = end + 1;
        }

        return result.Append(text, position, text.Length - position).ToString();
    }

    // A default may hold placeholders of its own: the closing brace is the one that belongs to the opening one.
    private static int End(string text, int from)
    {
        var depth = 1;
        for (var i = from; i < text.Length; i++)
        {
            depth += text[i] == '}' ? -1 : i + 1 < text.Length && text[i] == '$' && text[i + 1] == '{' ? 1 : 0;
            if (depth == 0)
            {
                return i;
            }
        }

        return -1;
    }

    private string Value(string expression, int depth)
    {
        var colon = expression.IndexOf(':', StringComparison.Ordinal);
        var name = colon < 0 ? expression : expression[..colon];
        if (settings.TryGetValue(SettingKey.Canonical(name), out var setting) && setting is string text)
        {
            return Resolve(text, depth);
        }

        return environment.GetValueOrDefault(name)
            ?? random(name)
            ?? (colon < 0 ? throw new ConfigurationException($"Could not resolve placeholder ${{{name}}}") : Resolve(expression[(colon + 1)..], depth));
    }
}
