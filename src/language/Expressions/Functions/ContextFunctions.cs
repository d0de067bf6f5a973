using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Functions;

/// <summary>Functions over the variables of the rendering.</summary>
internal static class ContextFunctions
{
    public static IEnumerable<(string Name, Function Function)> All { get; } =
    [
        ("printContext", new Function([], static arguments => HashMapValue.Of(arguments.Frame.Visible()))),
        ("fetchContext", new Function([], static arguments => HashMapValue.Of(arguments.Frame.Visible()))),
        ("currentEachOutput", new Function(["outputs"], CurrentEachOutput)),
        ("tasksWithState", new Function(["state"], TasksWithState)),
        ("fileURI", new Function(["path"], FileUri)),
    ];

    // From the outermost loop to the innermost: the entry of each one's value.
    private static object? CurrentEachOutput(Arguments arguments)
    {
        if (!arguments.Has("outputs"))
        {
            throw new EvaluationException("The 'currentEachOutput' function expects an argument 'outputs'.");
        }

        var current = Map(arguments["outputs"]) ?? throw new EvaluationException("The 'currentEachOutput' function expects an argument 'outputs' with type map.");
        arguments.Frame.TryGet("parents", out var given);
        var parents = given as IReadOnlyList<object?> ?? throw new ConversionException("There are no parents here");
        foreach (var parent in parents.Reverse().Select(Map))
        {
            if (Map(parent?.GetValueOrDefault("taskrun")) is { } run && current is not null)
            {
                current = Map(Entry(current, run));
            }
        }

        arguments.Frame.TryGet("taskrun", out var taskrun);
        var own = Map(taskrun) ?? throw new ConversionException("There is no task run here");
        return current is null ? null : Entry(current, own);
    }

    private static object? Entry(IReadOnlyDictionary<string, object?> outputs, IReadOnlyDictionary<string, object?> run) =>
        run.GetValueOrDefault("value") is string value ? outputs.GetValueOrDefault(value) : null;

    private static IReadOnlyDictionary<string, object?>? Map(object? value) => value as IReadOnlyDictionary<string, object?>;

    private static List<object?> TasksWithState(Arguments arguments)
    {
        if (!arguments.Has("state"))
        {
            throw new EvaluationException("The 'tasksWithState' function expects an argument 'state'.");
        }

        var wanted = (arguments["state"] as string ?? throw new ConversionException("The state has to be a text")).ToUpperInvariant();
        arguments.Frame.TryGet("tasks", out var tasks);
        var found = new List<object?>();
        foreach (var (id, value) in Map(tasks) ?? new Dictionary<string, object?>())
        {
            if (Map(value) is not { } entry)
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
                Add(found, id, item, Map(below)?.GetValueOrDefault("state") as string, wanted);
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

        found.Add(HashMapValue.Of(entry));
    }

    // The address of a file of the namespace; whether it exists is not asked.
    private static string FileUri(Arguments arguments)
    {
        if (!arguments.Has("path"))
        {
            throw new EvaluationException("The 'fileURI' function expects an argument 'path' that is a path to a namespace file.");
        }

        var path = arguments["path"] as string ?? throw new ConversionException("The path has to be a text");
        if (path.Contains("../", StringComparison.Ordinal))
        {
            throw new ConversionException("Path must not contain '../'");
        }

        arguments.Frame.TryGet("flow", out var flow);
        var space = Map(flow)?.GetValueOrDefault("namespace") as string ?? throw new ConversionException("There is no flow here, whose namespace the file could belong to");
        return $"kestra:///{space.Replace('.', '/')}/_files/{path.TrimStart('/')}";
    }
}
