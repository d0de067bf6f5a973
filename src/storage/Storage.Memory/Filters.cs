using System.Text.RegularExpressions;
using Kestra.Model;
using Kestra.Storage.Queries;
using NodaTime;

namespace Kestra.Storage.Memory;

/// <summary>What filters mean, for values in memory.</summary>
internal static class Filters
{
    private static readonly TimeSpan RegexTime = TimeSpan.FromSeconds(1);

    public static bool Text(QueryFilter filter, string? value)
    {
        var texts = FilterValues.Texts(filter);
        var text = FilterValues.Text(filter);
        return filter.Operation switch
        {
            FilterOperation.EQUALS or FilterOperation.IN => value is not null && texts.Contains(value, StringComparer.Ordinal),
            FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN => value is null || !texts.Contains(value, StringComparer.Ordinal),
            FilterOperation.STARTS_WITH => value is not null && value.StartsWith(text, StringComparison.Ordinal),
            FilterOperation.ENDS_WITH => value is not null && value.EndsWith(text, StringComparison.Ordinal),
            FilterOperation.CONTAINS => value is not null && value.Contains(text, StringComparison.Ordinal),
            FilterOperation.PREFIX => value is not null && IsOrIsBelow(value, text),
            FilterOperation.REGEX => value is not null && Matches(value, text),
            _ => throw FilterValues.Unsupported(filter),
        };
    }

    /// <summary>One of an enumeration's names; only equality makes sense.</summary>
    public static bool Constant<T>(QueryFilter filter, T value)
        where T : struct, Enum
    {
        var wanted = FilterValues.Texts(filter).Select(text => FilterValues.Constant<T>(filter, text)).ToList();
        return filter.Operation switch
        {
            FilterOperation.EQUALS or FilterOperation.IN => wanted.Contains(value),
            FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN => !wanted.Contains(value),
            _ => throw FilterValues.Unsupported(filter),
        };
    }

    public static bool IsOrIsBelow(string value, string parent) => value == parent || value.StartsWith(parent + ".", StringComparison.Ordinal);

    public static bool Date(QueryFilter filter, Instant? value)
    {
        var date = FilterValues.Date(filter);
        return filter.Operation switch
        {
            FilterOperation.EQUALS => value == date,
            FilterOperation.NOT_EQUALS => value is not null && value != date,
            FilterOperation.GREATER_THAN => value > date,
            FilterOperation.GREATER_THAN_OR_EQUAL_TO => value >= date,
            FilterOperation.LESS_THAN => value < date,
            FilterOperation.LESS_THAN_OR_EQUAL_TO => value <= date,
            _ => throw FilterValues.Unsupported(filter),
        };
    }

    public static bool Labels(QueryFilter filter, IReadOnlyList<Label> labels)
    {
        var wanted = FilterValues.Labels(filter);
        return filter.Operation switch
        {
            FilterOperation.EQUALS => wanted.All(labels.Contains),
            FilterOperation.IN => wanted.Any(labels.Contains),
            FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN => !wanted.Any(labels.Contains),
            FilterOperation.CONTAINS => wanted.All(want => labels.Any(label => label.Key == want.Key && label.Value.Contains(want.Value, StringComparison.Ordinal))),
            _ => throw FilterValues.Unsupported(filter),
        };
    }

    public static bool Scope(QueryFilter filter, string @namespace) =>
        FilterValues.Choice(filter, ("SYSTEM", "USER")) is not { } system || system == (@namespace == "system");

    public static bool Query(QueryFilter filter, params ReadOnlySpan<string?> texts)
    {
        var words = SearchWords.Of(FilterValues.Text(filter));
        return words.Count == 0 || SearchWords.Match(words, texts) == FilterValues.IsEquality(filter);
    }

    private static bool Matches(string value, string pattern)
    {
        try
        {
            return Regex.IsMatch(value, pattern, RegexOptions.CultureInvariant, RegexTime);
        }
        catch (ArgumentException fault)
        {
            throw new InvalidQueryException($"'{pattern}' is no regular expression: {fault.Message}");
        }
    }
}
