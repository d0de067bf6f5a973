using System.Text.RegularExpressions;

namespace Kestra.Model.Flows.Reading;

/// <summary>The rules of identifiers, each with the text that clients know.</summary>
internal static partial class IdRules
{
    public static void Flow(RawMap map, string id)
    {
        Missing(map, "id", blank: true);
        Match(map, "id", id, FlowPattern(), "^[a-zA-Z0-9][a-zA-Z0-9._-]*");
        Size(map, "id", id, 100);
    }

    public static void Namespace(RawMap map, string id)
    {
        Missing(map, "namespace", blank: false);
        Match(map, "namespace", id, NamespacePattern(), "^[a-z0-9][a-z0-9._-]*");
        Size(map, "namespace", id, 150);
    }

    public static void Task(RawMap map, string id)
    {
        Missing(map, "id", blank: true);
        Match(map, "id", id, TaskPattern(), "^[a-zA-Z0-9][a-zA-Z0-9_-]*");
        if (id.Length > 256)
        {
            map.Broken("id", "Task id must be at most 256 characters");
        }
    }

    public static void Trigger(RawMap map, string id)
    {
        Missing(map, "id", blank: true);
        Match(map, "id", id, TaskPattern(), "^[a-zA-Z0-9][a-zA-Z0-9_-]*");
    }

    /// <summary>Of inputs and outputs.</summary>
    public static void Value(RawMap map, string id)
    {
        Missing(map, "id", blank: true);
        Match(map, "id", id, ValuePattern(), "^[a-zA-Z0-9][.a-zA-Z0-9_-]*");
    }

    private static bool IsThere(RawMap map, string name) => map.Raw.GetValueOrDefault(name) is not null and not IReadOnlyList<object?> and not IReadOnlyDictionary<string, object?>;

    private static void Missing(RawMap map, string name, bool blank)
    {
        if (map.Raw.GetValueOrDefault(name) is null)
        {
            map.Broken(name, "must not be null");
        }

        if (blank && (map.Raw.GetValueOrDefault(name) is null || (map.Raw[name] is string text && string.IsNullOrWhiteSpace(text))))
        {
            map.Broken(name, "must not be blank");
        }
    }

    private static void Match(RawMap map, string name, string id, Regex pattern, string text)
    {
        if (IsThere(map, name) && !pattern.IsMatch(id))
        {
            map.Broken(name, $"must match \"{text}\"");
        }
    }

    private static void Size(RawMap map, string name, string id, int longest)
    {
        if (IsThere(map, name) && (id.Length == 0 || id.Length > longest))
        {
            map.Broken(name, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"size must be between 1 and {longest}"));
        }
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9._-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FlowPattern();

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamespacePattern();

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex TaskPattern();

    [GeneratedRegex(@"^[a-zA-Z0-9][.a-zA-Z0-9_-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ValuePattern();
}
