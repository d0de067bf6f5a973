using System.Text.RegularExpressions;
using Kestra.Storage;
using Kestra.Webserver.Errors;

namespace Kestra.Webserver.Namespaces;

/// <summary>The namespaces that there are: those of flows, everything above them, and that of the system.</summary>
internal sealed partial class NamespaceTree(IStore store, WebserverOptions options)
{
    public async Task<IReadOnlyList<string>> AllAsync(string tenant, CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal) { options.SystemNamespace };
        foreach (var name in await store.Flows.FindNamespacesAsync(tenant, null, cancellationToken))
        {
            names.Add(name);
            names.UnionWith(ParentsOf(name));
        }

        return [.. names];
    }

    /// <summary>Everything above a namespace, nearest first.</summary>
    public static IEnumerable<string> ParentsOf(string name)
    {
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.'))
        {
            name = name[..dot];
            yield return name;
        }
    }

    /// <summary>A name from an address, which becomes part of paths.</summary>
    public static string Check(string name) => NamePattern().IsMatch(name)
        ? name
        : throw ApiException.InvalidEntity("namespace", "must match \"^[a-z0-9][a-z0-9._-]*\"");

    [GeneratedRegex(@"^[a-z0-9][a-z0-9._-]*\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex NamePattern();
}
