using System.Text.RegularExpressions;
using Kestra.Model;
using Kestra.Model.Durations;
using Kestra.Model.Executions;
using Kestra.Model.Logs;
using Kestra.Storage.Queries;
using Kestra.Webserver.Errors;
using Kestra.Webserver.Requests;
using Microsoft.AspNetCore.Http;
using NodaTime;

namespace Kestra.Webserver.Queries;

/// <summary>Reads the filters of a request: <c>filters[field][OPERATION][key]=value</c>, or the flat parameters of older clients when there is none of these.</summary>
internal sealed partial class FilterReader(TimeProvider time)
{
    private static readonly Dictionary<string, FilterField> ByName = FilterTable.Fields.ToDictionary(static pair => pair.Value.Name, static pair => pair.Key, StringComparer.Ordinal);

    public IReadOnlyList<QueryFilter> Read(HttpContext http, FilterResource resource)
    {
        var filters = Nested(http.Request.Query) ?? FlatFilters.Read(http.Request.Query, resource);
        filters = Ranges(filters, resource);
        Check(filters, resource);
        var start = filters.FirstOrDefault(static filter => filter.Field == FilterField.START_DATE);
        var end = filters.FirstOrDefault(static filter => filter.Field == FilterField.END_DATE);
        return start?.Value is Instant from && end?.Value is Instant to && from > to
            ? throw ApiException.IllegalArgument("Start date must be before End Date")
            : filters;
    }

    private static List<QueryFilter>? Nested(IQueryCollection query)
    {
        List<QueryFilter>? filters = null;
        var labels = new OrderedDictionary<FilterOperation, List<Label>>();
        foreach (var (name, values) in query)
        {
            if (NamePattern().Match(name) is not { Success: true } match)
            {
                continue;
            }

            filters ??= [];
            var field = ByName.TryGetValue(match.Groups[1].Value, out var known)
                ? known
                : throw ApiException.IllegalArgument($"Unsupported field '{match.Groups[1].Value}'. Expected one of: [{string.Join(", ", ByName.Keys)}]");
            var operation = Enum.TryParse<FilterOperation>(match.Groups[2].Value, out var parsed) && parsed.ToString() == match.Groups[2].Value
                ? parsed
                : throw ApiException.IllegalArgument($"No enum constant io.kestra.core.models.QueryFilter.Op.{match.Groups[2].Value}");
            var texts = values.Select(static value => value ?? "").ToList();
            if (field == FilterField.LABELS)
            {
                AddLabels(labels, operation, match.Groups[3], texts);
            }
            else if (match.Groups[3].Success)
            {
                throw ApiException.IllegalArgument($"The field {field} takes no key");
            }
            else
            {
                filters.Add(new QueryFilter(field, operation, FilterValues.Of(field, operation, texts)));
            }
        }

        filters?.AddRange(labels.Select(static pair => new QueryFilter(FilterField.LABELS, pair.Key, pair.Value)));
        return filters;
    }

    private static void AddLabels(OrderedDictionary<FilterOperation, List<Label>> labels, FilterOperation operation, Group key, List<string> texts)
    {
        if (!labels.TryGetValue(operation, out var list))
        {
            labels[operation] = list = [];
        }

        list.AddRange(key.Success ? texts.Select(text => new Label(key.Value, text)) : texts.Select(FlatFilters.LabelOf));
    }

    // A range is a start date that moves with the clock.
    private List<QueryFilter> Ranges(List<QueryFilter> filters, FilterResource resource)
    {
        if (filters.FirstOrDefault(static filter => filter.Field == FilterField.TIME_RANGE) is not { } range || !FilterTable.Resources[resource].Contains(FilterField.START_DATE))
        {
            return filters;
        }

        if (filters.Any(static filter => filter.Field is FilterField.START_DATE or FilterField.END_DATE))
        {
            throw ApiException.IllegalArgument("Parameters 'startDate'/'endDate' and 'timeRange' are mutually exclusive");
        }

        var start = Instant.FromDateTimeOffset(time.GetUtcNow()) - (Duration)range.Value!;
        return [.. filters.Where(static filter => filter.Field != FilterField.TIME_RANGE), new QueryFilter(FilterField.START_DATE, FilterOperation.GREATER_THAN_OR_EQUAL_TO, start)];
    }

    private static void Check(List<QueryFilter> filters, FilterResource resource)
    {
        var problems = new List<string>();
        foreach (var filter in filters)
        {
            var operations = FilterTable.Fields[filter.Field].Operations;
            if (!FilterTable.Resources[resource].Contains(filter.Field))
            {
                problems.Add($"Field {filter.Field} is not supported for resource {resource}. Supported fields are {string.Join(", ", FilterTable.Resources[resource])}");
            }
            else if (!operations.Contains(filter.Operation))
            {
                problems.Add($"Operation {filter.Operation} is not supported for field {filter.Field}. Supported operations are {string.Join(", ", operations)}");
            }
        }

        if (problems.Count > 0)
        {
            throw new ApiException(400, string.Join(", ", problems), "Provided query filters are invalid");
        }
    }

    [GeneratedRegex(@"^filters\[(.*?)]\[(.*?)](?:\[(.+)])?$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamePattern();
}

/// <summary>The value of a filter as repositories take it.</summary>
internal static class FilterValues
{
    public static object Of(FilterField field, FilterOperation operation, IReadOnlyList<string> texts)
    {
        var items = operation is FilterOperation.IN or FilterOperation.NOT_IN ? texts.SelectMany(Items).ToList() : texts;
        var first = items.Count > 0 ? items[0] : "";
        return field switch
        {
            FilterField.START_DATE or FilterField.END_DATE => RequestValues.Date(FilterTable.Fields[field].Name, first),
            FilterField.TIME_RANGE => IsoDuration.TryParse(first, out var range) ? range : throw ApiException.IllegalArgument($"Invalid duration: {first}"),
            FilterField.STATE => items.Select(static item => RequestValues.Constant<StateType>("state", item, "io.kestra.core.models.flows.State.Type").ToString()).ToList(),
            FilterField.LEVEL => RequestValues.Constant<LogLevel>("minLevel", first, "org.slf4j.event.Level"),
            FilterField.SCOPE => Scope(items),
            _ => items.Count > 1 ? items : first,
        };
    }

    private static IEnumerable<string> Items(string text)
    {
        var decoded = Uri.UnescapeDataString(text);
        var inner = decoded.StartsWith('[') && decoded.EndsWith(']') ? decoded[1..^1] : decoded;
        return inner.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static string Scope(IReadOnlyList<string> items)
    {
        var scopes = items.SelectMany(static item => item.Split(',')).Select(static item => item.ToUpperInvariant()).ToList();
        if (scopes.FirstOrDefault(static scope => scope is not ("USER" or "SYSTEM")) is { } unknown)
        {
            throw ApiException.IllegalArgument($"Invalid FlowScope value: {unknown}");
        }

        return scopes.Count == 1 ? scopes[0] : throw ApiException.IllegalArgument("Only one scope can be use in the same time");
    }
}

/// <summary>The flat parameters of older clients.</summary>
internal static class FlatFilters
{
    private static readonly Dictionary<string, (FilterField Field, FilterOperation Operation)> Parameters = new(StringComparer.Ordinal)
    {
        ["q"] = (FilterField.QUERY, FilterOperation.EQUALS),
        ["flowId"] = (FilterField.FLOW_ID, FilterOperation.EQUALS),
        ["triggerId"] = (FilterField.TRIGGER_ID, FilterOperation.EQUALS),
        ["workerId"] = (FilterField.WORKER_ID, FilterOperation.EQUALS),
        ["triggerExecutionId"] = (FilterField.TRIGGER_EXECUTION_ID, FilterOperation.EQUALS),
        ["childFilter"] = (FilterField.CHILD_FILTER, FilterOperation.EQUALS),
        ["namespace"] = (FilterField.NAMESPACE, FilterOperation.PREFIX),
        ["scope"] = (FilterField.SCOPE, FilterOperation.EQUALS),
        ["state"] = (FilterField.STATE, FilterOperation.IN),
        ["startDate"] = (FilterField.START_DATE, FilterOperation.GREATER_THAN),
        ["endDate"] = (FilterField.END_DATE, FilterOperation.LESS_THAN),
        ["timeRange"] = (FilterField.TIME_RANGE, FilterOperation.EQUALS),
        ["minLevel"] = (FilterField.LEVEL, FilterOperation.EQUALS),
    };

    /// <summary>A parameter that the resource does not filter by is ignored, as any unknown parameter.</summary>
    public static List<QueryFilter> Read(IQueryCollection query, FilterResource resource)
    {
        var filters = new List<QueryFilter>();
        var taken = FilterTable.Resources[resource];
        foreach (var (name, values) in query)
        {
            var texts = values.Where(static value => !string.IsNullOrEmpty(value)).Select(static value => value!).ToList();
            if (texts.Count == 0)
            {
                continue;
            }

            if (name == "labels" && taken.Contains(FilterField.LABELS))
            {
                filters.Add(new QueryFilter(FilterField.LABELS, FilterOperation.EQUALS, texts.Select(LabelOf).ToList()));
            }
            else if (name == "scope" && taken.Contains(FilterField.SCOPE) && texts.FirstOrDefault(static text => text.ToUpperInvariant() is not ("USER" or "SYSTEM" or "USER,SYSTEM" or "SYSTEM,USER")) is { } unknown)
            {
                throw ApiException.NotConvertible(name, unknown, $"No enum constant io.kestra.core.models.flows.FlowScope.{unknown.ToUpperInvariant()}");
            }
            else if (Parameters.TryGetValue(name, out var parameter) && (taken.Contains(parameter.Field) || (parameter.Field == FilterField.TIME_RANGE && taken.Contains(FilterField.START_DATE))))
            {
                filters.Add(new QueryFilter(parameter.Field, parameter.Operation, FilterValues.Of(parameter.Field, parameter.Operation, texts)));
            }
        }

        return filters;
    }

    /// <summary>A label written <c>key:value</c>; further colons belong to the value.</summary>
    public static Label LabelOf(string text)
    {
        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 ? new Label(text[..colon], text[(colon + 1)..]) : throw new ApiException(422, "Unprocessable Entity", "Invalid queryString parameter");
    }
}
