using Kestra.Expressions.Compilation;

namespace Kestra.Expressions.Filters;

/// <summary>The filters by name. <c>default</c> is not here: it has to see how its input fails.</summary>
internal static class FilterTable
{
    private static readonly Dictionary<string, Filter> All = Build();

    public static Filter? Find(string name) => All.GetValueOrDefault(name);

    public static IEnumerable<string> Names => All.Keys.Append("default");

    private static Dictionary<string, Filter> Build()
    {
        var all = new Dictionary<string, Filter>(StringComparer.Ordinal);
        foreach (var (name, filter) in TextFilters.All.Concat(EncodingFilters.All).Concat(CollectionFilters.All).Concat(NumberFilters.All).Concat(DateFilters.All))
        {
            all.Add(name, filter);
        }

        return all;
    }

    /// <summary>A filter that gives null for null.</summary>
    public static Filter Of(IReadOnlyList<string>? names, Func<object, Arguments, object?> apply) => new(names, (input, arguments) => input is null ? null : apply(input, arguments));

    public static Filter Of(Func<object, object?> apply) => Of(null, (input, _) => apply(input));
}
