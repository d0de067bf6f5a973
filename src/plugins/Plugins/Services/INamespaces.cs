namespace Kestra.Plugins.Services;

/// <summary>The namespaces of a tenant that hold flows.</summary>
public interface INamespaces
{
    Task<IReadOnlyList<string>> ListAsync(string tenantId, CancellationToken cancellationToken);
}
