using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Dates;
using Kestra.Expressions.Operators;
using Kestra.Expressions.Syntax;
using Kestra.Expressions.Values;
using Kestra.Ion;
using Kestra.Model.Identifiers;
using NodaTime;

namespace Kestra.Expressions.Functions;

/// <summary>The functions by name.</summary>
internal static class FunctionTable
{
    private static readonly RandomIdSource Ids = new();

    private static readonly Dictionary<string, Function> All = new(StringComparer.Ordinal)
    {
        ["max"] = new(null, static arguments => Extreme(arguments, 1)),
        ["min"] = new(null, static arguments => Extreme(arguments, -1)),
        ["range"] = new(["start", "end", "increment"], static arguments => Ranges.Of(arguments["start"], arguments["end"], arguments.Has("increment") ? arguments["increment"] : 1L)),
        ["now"] = new(["format", "timeZone", "existingFormat", "locale"], Now, IsOutside: false),
        ["uuid"] = new([], static _ => Guid.NewGuid().ToString()),
        ["id"] = new([], static _ => Ids.Next()),
        ["randomInt"] = new(["lower", "upper"], RandomInt),
        ["block"] = new(["name"], Block),
        ["parent"] = new([], static _ => throw new EvaluationException("Can not use parent function if template does not extend another template.")),
        ["fromJson"] = new(["json"], static arguments => FromJson(arguments)),
        ["json"] = new(["json"], static arguments => FromJson(arguments)),
        ["fromIon"] = new(["ion", "allRows"], FromIon),
        ["render"] = new(["toRender", "recursive"], static arguments => Render(arguments, arguments.Has("recursive") ? arguments["recursive"] : true), IsOutside: true),
        ["renderOnce"] = new(["toRender"], static arguments => Render(arguments, false), IsOutside: true),
        ["printContext"] = new([], static arguments => HashMapValue.Of(arguments.Frame.Visible(), 16)),
        ["fetchContext"] = new([], static arguments => HashMapValue.Of(arguments.Frame.Visible(), 16)),
        ["currentEachOutput"] = new(["outputs"], CurrentEachOutput),
        ["tasksWithState"] = new(["state"], TasksWithState),
        ["kv"] = new(["key", "namespace", "errorOnMissing"], KeyValue, IsOutside: true),
        ["secret"] = new(["key", "namespace", "subkey"], Secret, IsOutside: true),
        ["read"] = File("read", static (host, path, space) => host.ReadFile(path, space)),
        ["fileSize"] = File("fileSize", static (host, path, space) => host.FileSize(path, space)),
        ["fileExists"] = File("fileExists", static (host, path, space) => host.FileExists(path, space)),
        ["isFileEmpty"] = File("isFileEmpty", static (host, path, space) => host.FileSize(path, space) == 0),
        ["fileURI"] = new(["path"], static arguments => Host(arguments).FileUri(ValueText.Java(arguments["path"])), IsOutside: true),
        ["errorLogs"] = new([], static arguments => Host(arguments).ErrorLogs(), IsOutside: true),
        ["http"] = new(["uri", "method", "query", "body", "contentType", "headers", "options", "accept"], Http, IsOutside: true),
    };

    public static Function? Find(string name) => All.GetValueOrDefault(name);

    public static IEnumerable<string> Names => All.Keys;

    private static IExpressionHost Host(Arguments arguments) =>
        arguments.Frame.Context.Host ?? throw new EvaluationException("The function can't be used here: the expression is evaluated without access to the outside.");

    private static object? Extreme(Arguments arguments, int sign)
    {
        object? best = null;
        foreach (var value in arguments.All.Values.Where(value => value is not null))
        {
            best = best is null || ValueConversion.ToDouble(value!).CompareTo(ValueConversion.ToDouble(best)) * sign > 0 ? value : best;
        }

        return best;
    }

    private static string Now(Arguments arguments) =>
        NamedFormats.Format(Instant.FromDateTimeOffset(arguments.Frame.Options.Time.GetUtcNow()).InZone(DateInput.Zone(arguments)), arguments["format"] as string);

    private static object RandomInt(Arguments arguments)
    {
        var lower = arguments.Has("lower") ? arguments["lower"] as long? : throw new EvaluationException("The 'randomIn()' function expects an argument lower");
        var upper = arguments["upper"] as long?;
        if (lower is not { } from || upper is not { } to)
        {
            throw new EvaluationException("The 'randomIn()' function expects an argument lower of type Long.");
        }

        if (to < from)
        {
            throw new EvaluationException("In 'randomIn()' upper is less than lower");
        }

        return from == to ? (int)from : RandomNumberGenerator.GetInt32((int)from, (int)to);
    }

    private static string Block(Arguments arguments)
    {
        var frame = arguments.Frame;
        return arguments["name"] is string name && frame.Program.Blocks.TryGetValue(name, out var body) ? frame.Captured(() => body(frame)) : "";
    }

    private static object? FromJson(Arguments arguments)
    {
        if (!arguments.Has("json"))
        {
            throw new EvaluationException("The 'fromJson' function expects an argument 'json'.");
        }

        var value = arguments["json"];
        if (value is null)
        {
            return null;
        }

        var text = value as string ?? throw new EvaluationException("The 'fromJson' function expects an argument 'json' with type string.");
        try
        {
            return ValueJson.ReadFirst(text);
        }
        catch (JsonException error)
        {
            throw new EvaluationException($"Invalid json: {error.Message}", error);
        }
    }

    private static object? FromIon(Arguments arguments)
    {
        if (!arguments.Has("ion"))
        {
            throw new EvaluationException("The 'fromIon' function expects an argument 'ion'.");
        }

        if (arguments["ion"] is null)
        {
            return null;
        }

        var text = arguments["ion"] as string ?? throw new EvaluationException("The 'fromIon' function expects an argument 'ion' with type string.");
        try
        {
            using var reader = new StringReader(text);
            var rows = IonText.ReadAll(reader).ToList();
            return arguments["allRows"] is true ? rows : rows.FirstOrDefault();
        }
        catch (IonException error)
        {
            throw new EvaluationException($"Invalid ion: {error.Message}", error);
        }
    }

    private static object? Render(Arguments arguments, object? recursive)
    {
        if (!arguments.Has("toRender"))
        {
            throw new EvaluationException("The 'render' function expects an argument 'toRender'.");
        }

        if (recursive is not bool again)
        {
            throw new EvaluationException("The 'render' function expects an optional argument 'recursive' with type boolean.");
        }

        var frame = arguments.Frame;
        var variables = new Dictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in frame.Visible())
        {
            variables[name] = value;
        }

        try
        {
            return frame.Engine.RenderValue(arguments["toRender"], new RenderContext(variables, frame.Context.Host, frame.Context.CancellationToken), again);
        }
        catch (ExpressionException error)
        {
            throw new ExpressionException($"{error.Message} (?:?)", error.Expression, error.Line, error);
        }
    }

    private static object? CurrentEachOutput(Arguments arguments)
    {
        if (!arguments.Has("outputs"))
        {
            throw new EvaluationException("The 'currentEachOutput' function expects an argument 'outputs'.");
        }

        var current = arguments["outputs"] as IReadOnlyDictionary<string, object?> ?? throw new EvaluationException("The 'currentEachOutput' function expects an argument 'outputs' with type map.");
        arguments.Frame.TryGet("parents", out var parents);
        foreach (var parent in (parents as IReadOnlyList<object?> ?? throw new ConversionException("there are no parents here")).Reverse())
        {
            current = Below(current, parent as IReadOnlyDictionary<string, object?>);
        }

        arguments.Frame.TryGet("taskrun", out var taskrun);
        return taskrun is IReadOnlyDictionary<string, object?> run && run.GetValueOrDefault("value") is string value ? current.GetValueOrDefault(value) : current;
    }

    private static IReadOnlyDictionary<string, object?> Below(IReadOnlyDictionary<string, object?> outputs, IReadOnlyDictionary<string, object?>? parent) =>
        parent?.GetValueOrDefault("taskrun") is IReadOnlyDictionary<string, object?> run && run.GetValueOrDefault("value") is string value
            ? outputs.GetValueOrDefault(value) as IReadOnlyDictionary<string, object?> ?? throw new ConversionException($"there is no output for the value '{value}'")
            : outputs;

    private static List<object?> TasksWithState(Arguments arguments)
    {
        var wanted = ValueText.Java(arguments["state"]).ToUpperInvariant();
        arguments.Frame.TryGet("tasks", out var tasks);
        var found = new List<object?>();
        foreach (var (id, value) in tasks as IReadOnlyDictionary<string, object?> ?? new Dictionary<string, object?>())
        {
            if (value is not IReadOnlyDictionary<string, object?> entry)
            {
                continue;
            }

            if (entry.GetValueOrDefault("state") is string state)
            {
                Add(found, id, null, state, wanted);
                continue;
            }

            foreach (var (item, below) in entry)
            {
                Add(found, id, item, (below as IReadOnlyDictionary<string, object?>)?.GetValueOrDefault("state") as string, wanted);
            }
        }

        return found;
    }

    private static void Add(List<object?> found, string id, string? value, string? state, string wanted)
    {
        if (state != wanted)
        {
            return;
        }

        var entry = new Dictionary<string, object?> { ["taskId"] = id, ["state"] = state };
        if (value is not null)
        {
            entry["value"] = value;
        }

        found.Add(HashMapValue.Of(entry, 16));
    }

    private static object? KeyValue(Arguments arguments)
    {
        var key = arguments["key"] is { } given ? ValueText.Java(given) : throw new EvaluationException("The 'kv' function expects an argument 'key'.");
        return Host(arguments).KeyValue(key, arguments["namespace"] as string, arguments["errorOnMissing"] is not false);
    }

    private static string Secret(Arguments arguments)
    {
        var key = arguments["key"] is { } given ? ValueText.Java(given) : throw new EvaluationException("The 'secret' function expects an argument 'key'.");
        return Host(arguments).Secret(key, arguments["namespace"] as string, arguments["subkey"] as string);
    }

    private static Function File(string name, Func<IExpressionHost, string, string?, object> use) => new(["path", "namespace"], arguments =>
    {
        if (arguments["path"] is not { } path)
        {
            var what = name is "read" or "isFileEmpty" ? "a path to a namespace file or an internal storage URI" : "a path to the internal storage URI";
            throw new EvaluationException($"The '{name}' function expects an argument 'path' that is {what}.");
        }

        return path is string text
            ? use(Host(arguments), text, arguments["namespace"] as string)
            : throw new EvaluationException(string.Create(CultureInfo.InvariantCulture, $"Unable to read the file {ValueText.Java(path)}"));
    }, IsOutside: true);

    private static object? Http(Arguments arguments)
    {
        var uri = arguments["uri"] is { } given ? ValueText.Java(given) : throw new EvaluationException("The 'http' function expects an argument 'uri'.");
        return Host(arguments).Http(new ExpressionHttpRequest(
            uri,
            arguments["method"] as string ?? "GET",
            arguments["query"] as IReadOnlyDictionary<string, object?>,
            arguments["body"],
            arguments["contentType"] as string ?? "application/json",
            arguments["headers"] as IReadOnlyDictionary<string, object?>,
            arguments["options"] as IReadOnlyDictionary<string, object?>,
            arguments["accept"] as string ?? "application/json"));
    }
}
