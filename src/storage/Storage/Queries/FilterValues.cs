using Kestra.Model;
using NodaTime;

namespace Kestra.Storage.Queries;

/// <summary>The value of a filter in the shape that its field wants.</summary>
public static class FilterValues
{
    public static IReadOnlyList<string> Texts(QueryFilter filter) => filter.Value switch
    {
        null => [],
        string text => [text],
        IEnumerable<string> texts => [.. texts],
        System.Collections.IEnumerable items => [.. items.Cast<object?>().Select(static item => item?.ToString() ?? "")],
        var other => [other.ToString() ?? ""],
    };

    /// <summary>The first text; empty when there is none.</summary>
    public static string Text(QueryFilter filter) => Texts(filter) is [var text, ..] ? text : "";

    /// <exception cref="InvalidQueryException">Not a date.</exception>
    public static Instant Date(QueryFilter filter) => filter.Value is Instant date ? date : throw new InvalidQueryException($"The field {filter.Field} is compared with a date");

    /// <exception cref="InvalidQueryException">Not a key and a value.</exception>
    public static IReadOnlyList<Label> Labels(QueryFilter filter) => filter.Value switch
    {
        Label label => [label],
        IReadOnlyDictionary<string, string> map => [.. map.Select(static pair => new Label(pair.Key, pair.Value))],
        IEnumerable<Label> labels => [.. labels],
        string text when text.Split(':', 2) is [var key, var value] => [new Label(key, value)],
        _ => throw new InvalidQueryException("A label filter is a key and a value"),
    };

    /// <summary>A filter by one constant, as a yes or no: whether the constant is wanted.</summary>
    /// <param name="constants">The constant that means yes, and the one that means no.</param>
    /// <returns>Null when both are wanted, so nothing is restricted.</returns>
    public static bool? Choice(QueryFilter filter, (string Yes, string No) constants)
    {
        var texts = Texts(filter);
        var (yes, no) = (texts.Contains(constants.Yes, StringComparer.Ordinal), texts.Contains(constants.No, StringComparer.Ordinal));
        var wanted = filter.Operation switch
        {
            FilterOperation.EQUALS or FilterOperation.IN => yes,
            FilterOperation.NOT_EQUALS or FilterOperation.NOT_IN => !yes,
            _ => throw Unsupported(filter),
        };
        return (yes, no) switch
        {
            (true, true) => null,
            (false, false) => throw new InvalidQueryException($"The field {filter.Field} is {constants.Yes} or {constants.No}"),
            _ => wanted,
        };
    }

    /// <exception cref="InvalidQueryException">Neither equality nor its contrary.</exception>
    public static bool IsEquality(QueryFilter filter) => filter.Operation switch
    {
        FilterOperation.EQUALS => true,
        FilterOperation.NOT_EQUALS => false,
        _ => throw Unsupported(filter),
    };

    /// <exception cref="InvalidQueryException">Not the name of a constant.</exception>
    public static T Constant<T>(QueryFilter filter)
        where T : struct, Enum => Constant<T>(filter, Text(filter));

    /// <exception cref="InvalidQueryException">Not the name of a constant.</exception>
    public static T Constant<T>(QueryFilter filter, string text)
        where T : struct, Enum => Enum.TryParse<T>(text, out var constant) && constant.ToString() == text
            ? constant
            : throw new InvalidQueryException($"'{text}' is no value of {filter.Field}; there are {string.Join(", ", Enum.GetNames<T>())}");

    public static InvalidQueryException Unsupported(QueryFilter filter) => new($"The field {filter.Field} can't be compared with {filter.Operation}");

    public static InvalidQueryException UnknownField(QueryFilter filter, string entity) => new($"{entity} can't be filtered by {filter.Field}");
}
