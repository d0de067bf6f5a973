using System.Security.Cryptography;
using System.Text;

namespace Kestra.Plugins.Core.State;

/// <summary>A map that runs of a flow hand on to later ones; it lies in the key-value store of the flow's namespace.</summary>
internal static class StoredState
{
    private const string StoreName = "states_tasks-states";
    private const int SuffixCharacters = 16;

    public static string KeyOf(IRunContext context, string name, bool ofNamespace, bool ofValue)
    {
        var flow = ofNamespace ? "" : context.Render("{{ state | slugify }}", new OrderedDictionary<string, object?>(StringComparer.Ordinal) { ["state"] = context.FlowId }) + "_";
        var value = ofValue && context.TaskRun?.Value is { } own ? "_" + Hash(own) : "";
        return $"{flow}{StoreName}_{name}{value}";
    }

    /// <returns>Null when there is none.</returns>
    public static async Task<IReadOnlyDictionary<string, object?>?> FindAsync(IRunContext context, string key, CancellationToken cancellationToken) =>
        (await context.KeyValues().FindAsync(key, cancellationToken))?.Value as IReadOnlyDictionary<string, object?>;

    // Values of loops are texts of any kind; keys are not.
    private static string Hash(string value) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(value)))[..SuffixCharacters];
}

/// <summary>The properties that say which state is meant.</summary>
public abstract class StateTask
{
    private const string DefaultName = "default";

    public Property<string> Name { get; init; } = Property.Of<string>(DefaultName);

    /// <summary>Shared by all flows of the namespace.</summary>
    public Property<bool> Namespace { get; init; } = Property.Of<bool>(false);

    /// <summary>Inside a loop, each value has a state of its own.</summary>
    public Property<bool> TaskrunValue { get; init; } = Property.Of<bool>(true);

    protected string NameOf(IRunContext context) => Name.Or(context, DefaultName);

    protected string KeyOf(IRunContext context) => StoredState.KeyOf(context, NameOf(context), Namespace.Or(context, false), TaskrunValue.Or(context, true));
}
