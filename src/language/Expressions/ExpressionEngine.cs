using System.Collections.Concurrent;
using Kestra.Expressions.Values;

namespace Kestra.Expressions;

/// <summary>Parses, keeps and renders templates. One engine serves a whole process; it is safe for many threads.</summary>
public sealed class ExpressionEngine(ExpressionOptions? options = null)
{
    private readonly ConcurrentDictionary<string, Template> templates = new(StringComparer.Ordinal);

    public ExpressionOptions Options { get; } = options ?? new ExpressionOptions();

    /// <summary>The compiled form of a text.</summary>
    /// <exception cref="ExpressionException">The text does not follow the grammar.</exception>
    public Template Parse(string source)
    {
        if (templates.TryGetValue(source, out var template))
        {
            return template;
        }

        template = new Template(source, this);
        if (templates.Count >= Options.CacheSize)
        {
            // Which ones go does not matter: what is used comes back, and programs of flows hold theirs.
            foreach (var key in templates.Keys.Take(Options.CacheSize / 4).ToList())
            {
                templates.TryRemove(key, out _);
            }
        }

        return templates.GetOrAdd(source, template);
    }

    public string Render(string source, RenderContext context) => Parse(source).Render(context);

    public object? RenderTyped(string source, RenderContext context) => Parse(source).RenderTyped(context);

    /// <summary>Renders until nothing changes any more.</summary>
    public string RenderRecursively(string source, RenderContext context)
    {
        for (var pass = 0; pass < Options.RecursionLimit; pass++)
        {
            var rendered = Parse(source).Render(context);
            if (rendered == source)
            {
                return rendered;
            }

            source = rendered;
        }

        throw new ExpressionException("Too many rendering attempts", source);
    }

    /// <summary>Renders the texts inside a value, keys of maps too; other values stay as they are.</summary>
    /// <param name="recursive">Renders each text until nothing changes any more.</param>
    public object? RenderValue(object? value, RenderContext context, bool recursive) => value switch
    {
        string text => recursive ? RenderRecursively(text, context) : Render(text, context),
        IReadOnlyDictionary<string, object?> map => RenderMap(map, context, recursive),
        StringArray array => new StringArray([.. array.Select(item => RenderValue(item, context, recursive))]),
        IReadOnlyList<object?> list => RenderList(list, context, recursive),
        _ => value,
    };

    private OrderedDictionary<string, object?> RenderMap(IReadOnlyDictionary<string, object?> map, RenderContext context, bool recursive)
    {
        var rendered = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (key, item) in map)
        {
            rendered.TryAdd((string)RenderValue(key, context, recursive)!, RenderValue(item, context, recursive));
        }

        return rendered;
    }

    private List<object?> RenderList(IReadOnlyList<object?> list, RenderContext context, bool recursive)
    {
        var rendered = new List<object?>(list.Count);
        foreach (var item in list)
        {
            rendered.Add(RenderValue(item, context, recursive));
        }

        return rendered;
    }
}
