using System.Globalization;
using Kestra.Plugins.Files;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Kv;

/// <summary>Removes keys of namespaces, first of all those whose time is over.</summary>
[Plugin("io.kestra.plugin.core.kv.PurgeKV", Title = "Purge namespace KV entries.")]
[PluginOutput("size", typeof(long), Title = "The number of purged KV pairs.")]
public sealed class PurgeKv : IRunnableTask
{
    /// <summary>All that hold flows, without it and without <see cref="NamespacePattern"/>.</summary>
    public Property<IReadOnlyList<string>>? Namespaces { get; init; }

    /// <summary>With <c>*</c> and <c>?</c>.</summary>
    public Property<string>? NamespacePattern { get; init; }

    /// <summary>With <c>*</c> and <c>?</c>.</summary>
    public Property<string>? KeyPattern { get; init; }

    public Property<bool> ExpiredOnly { get; init; } = Property.Of<bool>(true);

    /// <summary>Namespaces that begin like one of <see cref="Namespaces"/> too.</summary>
    public Property<bool> IncludeChildNamespaces { get; init; } = Property.Of<bool>(true);

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var namespaces = await NamespacesAsync(context, cancellationToken);
        context.Logger.Info(string.Create(CultureInfo.InvariantCulture, $"purging {namespaces.Count} namespaces: [{string.Join(", ", namespaces)}]"));
        var pattern = KeyPattern?.Render(context) is { Length: > 0 } text ? FilePattern.Wildcard(text) : null;
        var expiredOnly = ExpiredOnly.Or(context, true);
        var purged = 0L;
        foreach (var store in namespaces.Select(context.KeyValues))
        {
            IReadOnlyList<string> expired = await store.ListExpiredAsync(cancellationToken);
            var keys = expiredOnly ? expired : [.. expired, .. await store.ListAsync(cancellationToken)];
            foreach (var key in keys.Where(key => pattern?.IsMatch(key) ?? true))
            {
                purged += await store.DeleteAsync(key, cancellationToken) ? 1 : 0;
            }
        }

        context.Logger.Info(string.Create(CultureInfo.InvariantCulture, $"purged {purged} keys"));
        return Outputs.One("size", purged);
    }

    private async Task<IReadOnlyList<string>> NamespacesAsync(IRunContext context, CancellationToken cancellationToken)
    {
        if (Namespaces is not null && NamespacePattern is not null)
        {
            throw new TaskFailedException("Properties `namespaces` and `namespacePattern` can't be used at the same time — use one or the other.");
        }

        var all = await context.Service<INamespaces>().ListAsync(context.TenantId, cancellationToken);
        if (NamespacePattern?.Render(context) is { Length: > 0 } pattern)
        {
            var compiled = FilePattern.Wildcard(pattern);
            return [.. all.Where(compiled.IsMatch)];
        }

        if (Namespaces?.Render(context) is not { } listed)
        {
            return all;
        }

        return IncludeChildNamespaces.Or(context, true)
            ? [.. all.Where(name => listed.Any(start => name.StartsWith(start, StringComparison.Ordinal)))]
            : [.. all.Where(listed.Contains)];
    }
}
