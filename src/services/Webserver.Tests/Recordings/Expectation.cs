using System.Text.Json;
using System.Text.RegularExpressions;
using Kestra.Webserver.Tests.Running;

namespace Kestra.Webserver.Tests.Recordings;

/// <summary>Compares an answer with a recorded one. Every key counts, on both sides, unless the recording leaves it open.</summary>
internal static partial class Expectation
{
    private const string Open = "…";

    // The original keeps these in sets.
    private static readonly HashSet<string> Unordered = new(StringComparer.Ordinal) { "nodes", "edges", "clusters" };

    /// <returns>The first difference; null when there is none.</returns>
    public static string? Compare(Recording recording, Answer answer)
    {
        if (answer.Status != recording.Status)
        {
            return $"status {answer.Status} instead of {recording.Status}: {Shortened(answer.Text)}";
        }

        foreach (var (name, value) in recording.ResponseHeaders)
        {
            if (!answer.Headers.TryGetValue(name, out var actual) || !Matches(value, actual))
            {
                return $"header {name} is {answer.Headers.GetValueOrDefault(name) ?? "absent"} instead of {value}";
            }
        }

        return recording.Response.ValueKind switch
        {
            JsonValueKind.Null => answer.Body.Length == 0 ? null : $"a body where none was expected: {Shortened(answer.Text)}",
            JsonValueKind.String when recording.Response.GetString() == "<any>" => null,
            JsonValueKind.String => Matches(recording.Response.GetString()!, answer.Text) ? null : $"the text is {Shortened(answer.Text)}",
            _ => CompareJson(recording.Response, answer),
        };
    }

    private static string? CompareJson(JsonElement expected, Answer answer)
    {
        try
        {
            return Compare(expected, answer.Json, "$", ordered: true);
        }
        catch (JsonException)
        {
            return $"the body is no JSON: {Shortened(answer.Text)}";
        }
    }

    private static string? Compare(JsonElement expected, JsonElement actual, string path, bool ordered)
    {
        switch (expected.ValueKind)
        {
            case JsonValueKind.Object:
                return actual.ValueKind == JsonValueKind.Object ? CompareObjects(expected, actual, path) : Difference(expected, actual, path);
            case JsonValueKind.Array:
                return actual.ValueKind == JsonValueKind.Array ? CompareLists(expected, actual, path, ordered) : Difference(expected, actual, path);
            case JsonValueKind.String:
                return expected.GetString() switch
                {
                    "<any>" => null,
                    "<number>" => actual.ValueKind == JsonValueKind.Number ? null : Difference(expected, actual, path),
                    var text => actual.ValueKind == JsonValueKind.String && Matches(text!, actual.GetString()!) ? null : Difference(expected, actual, path),
                };
            case JsonValueKind.Number:
                return actual.ValueKind == JsonValueKind.Number && expected.GetRawText() == actual.GetRawText() ? null : Difference(expected, actual, path);
            default:
                return expected.ValueKind == actual.ValueKind ? null : Difference(expected, actual, path);
        }
    }

    private static string? CompareObjects(JsonElement expected, JsonElement actual, string path)
    {
        foreach (var property in expected.EnumerateObject().Where(static property => property.Name != Open))
        {
            var difference = actual.TryGetProperty(property.Name, out var value)
                ? Compare(property.Value, value, $"{path}.{property.Name}", !Unordered.Contains(property.Name))
                : $"{path}.{property.Name} is missing in {Shortened(actual.GetRawText())}";
            if (difference is not null)
            {
                return difference;
            }
        }

        return expected.TryGetProperty(Open, out _)
            ? null
            : actual.EnumerateObject().Where(property => !expected.TryGetProperty(property.Name, out _)).Select(property => $"{path}.{property.Name} should not be there: {Shortened(property.Value.GetRawText())}").FirstOrDefault();
    }

    private static string? CompareLists(JsonElement expected, JsonElement actual, string path, bool ordered)
    {
        var wanted = expected.EnumerateArray().ToList();
        var isOpen = wanted is [.., { ValueKind: JsonValueKind.String } last] && last.GetString() == Open;
        if (isOpen)
        {
            wanted.RemoveAt(wanted.Count - 1);
        }

        var given = actual.EnumerateArray().ToList();
        if (isOpen ? given.Count < wanted.Count : given.Count != wanted.Count)
        {
            return $"{path} has {given.Count} elements instead of {wanted.Count}: {Shortened(actual.GetRawText())}";
        }

        if (!ordered)
        {
            return wanted.Select(item => given.FindIndex(candidate => Compare(item, candidate, path, ordered: true) is null) is var at and >= 0 && Taken(given, at) ? null : $"{path} has no {Shortened(item.GetRawText())}; left are {Shortened(string.Join(", ", given.Select(static left => left.GetRawText())))}")
                .FirstOrDefault(static difference => difference is not null);
        }

        return wanted.Select((item, index) => Compare(item, given[index], $"{path}[{index}]", ordered: true)).FirstOrDefault(static difference => difference is not null);
    }

    private static bool Taken(List<JsonElement> list, int at)
    {
        list.RemoveAt(at);
        return true;
    }

    private static bool Matches(string expected, string actual)
    {
        if (!expected.Contains('<', StringComparison.Ordinal) && !expected.Contains(Open, StringComparison.Ordinal))
        {
            return expected == actual;
        }

        var pattern = PlaceholderPattern().Split(expected).Select(static part => part switch
        {
            "<id>" or "<executionId>" or "<taskRunId>" or "<fileId>" or "<string>" or "<host>" => "[^\\r]+?",
            "<instant>" => @"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?Z",
            "<duration>" => @"-?P(T.+|\d.*)",
            "<base64>" => "[A-Za-z0-9+/=]+",
            "<execution JSON on one line>" or "<log entry JSON>" or "{…}" => @"\{.*\}",
            Open => "[\\s\\S]*",
            "<any>" => "[\\s\\S]*",
            _ => Regex.Escape(part),
        });
        return Regex.IsMatch(actual, $"\\A{string.Concat(pattern)}\\z", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    }

    private static string Difference(JsonElement expected, JsonElement actual, string path) => $"{path} is {Shortened(actual.GetRawText())} instead of {Shortened(expected.GetRawText())}";

    private static string Shortened(string text) => text.Length <= 700 ? text : text[..700] + " …";

    [GeneratedRegex(@"(<[A-Za-z0-9 ]+>|\{…\}|…)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex PlaceholderPattern();
}
