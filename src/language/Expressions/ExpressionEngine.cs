using System.Runtime.CompilerServices;
using Kestra.Expressions.Values;
using Kestra.Jq;

namespace Kestra.Expressions;

/// <summary>Parses, keeps and renders templates. One engine serves a whole process; it is safe for many threads.</summary>
public sealed class ExpressionEngine(ExpressionOptions? options = null)
{
    private const string TooManyPasses = "Too many rendering attempts";

    private readonly RecentlyUsed<string, Template> templates = new((options ?? new ExpressionOptions()).CacheSize, StringComparer.Ordinal);
    private readonly RecentlyUsed<string, JqProgram> jqPrograms = new((options ?? new ExpressionOptions()).CacheSize, StringComparer.Ordinal);

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
        if (source.Length > Options.CachedLength || Options.CacheSize == 0)
        {
            return template;
        }

        return templates.GetOrAdd(source, template);
    }

    /// <exception cref="JqException">The text is not a jq program.</exception>
    internal JqProgram Jq(string program)
    {
        if (jqPrograms.TryGetValue(program, out var known))
        {
            return known;
        }

        var parsed = JqProgram.Parse(program, Options.Jq, time: Options.Time);
        if (program.Length > Options.CachedLength || Options.CacheSize == 0)
        {
            return parsed;
        }

        return jqPrograms.GetOrAdd(program, parsed);
    }

    public string Render(string source, RenderContext context) => Parse(source).Render(context);

    public object? RenderTyped(string source, RenderContext context) => Parse(source).RenderTyped(context);

    /// <summary>Renders until nothing changes any more.</summary>
    /// <exception cref="ExpressionException">Something is wrong, or changes for ever.</exception>
    public string RenderRecursively(string source, RenderContext context)
    {
        var shared = context.Shared();
        var text = source;
        for (var pass = 0; pass < Options.RecursionLimit; pass++)
        {
            var rendered = Parse(text).RenderOnce(shared);
            if (rendered == text)
            {
                return RawBlocks.Unwrap(text);
            }

            text = rendered;
        }

        throw new ExpressionException(TooManyPasses, source);
    }

    /// <summary>Renders to a value until nothing changes any more.</summary>
    /// <exception cref="ExpressionException">Something is wrong, or changes for ever, or the value is not a text and can't be rendered again.</exception>
    public object? RenderTypedRecursively(string source, RenderContext context)
    {
        var shared = context.Shared();
        var text = source;
        for (var pass = 0; pass < Options.RecursionLimit; pass++)
        {
            var value = Parse(text).RenderTypedOnce(shared);
            if (value is null)
            {
                return null;
            }

            var rendered = value as string ?? throw new ExpressionException($"class {ClassNames.Of(value)} cannot be cast to class java.lang.String", source);
            if (rendered == text)
            {
                return RawBlocks.Unwrap(text);
            }

            text = rendered;
        }

        throw new ExpressionException(TooManyPasses, source);
    }

    /// <summary>Renders the texts inside a value, keys of maps too; other values stay as they are.</summary>
    /// <param name="recursive">Renders each text until nothing changes any more.</param>
    public object? RenderValue(object? value, RenderContext context, bool recursive) => value switch
    {
        string text => recursive ? RenderRecursively(text, context) : Render(text, context),
        IReadOnlyDictionary<string, object?> map => RenderMap(map, context.Shared(), recursive),
        StringArray array => new StringArray(RenderList(array, context.Shared(), recursive)),
        IReadOnlyList<object?> list => RenderList(list, context.Shared(), recursive),
        ValueCollection collection => new ValueCollection(RenderList(collection.Items, context.Shared(), recursive), collection.IsSet),
        _ => value,
    };

    private OrderedDictionary<string, object?> RenderMap(IReadOnlyDictionary<string, object?> map, RenderContext context, bool recursive)
    {
        EnsureStack();
        var rendered = new OrderedDictionary<string, object?>(map.Count, StringComparer.Ordinal);
        foreach (var (key, item) in map)
        {
            rendered.TryAdd((string)RenderValue(key, context, recursive)!, RenderValue(item, context, recursive));
        }

        return rendered;
    }

    private List<object?> RenderList(IReadOnlyList<object?> list, RenderContext context, bool recursive)
    {
        EnsureStack();
        var rendered = new List<object?>(list.Count);
        foreach (var item in list)
        {
            rendered.Add(RenderValue(item, context, recursive));
        }

        return rendered;
    }

    private static void EnsureStack()
    {
        if (!RuntimeHelpers.TryEnsureSufficientExecutionStack())
        {
            throw new ExpressionLimitException("A value is nested too deeply");
        }
    }
}
