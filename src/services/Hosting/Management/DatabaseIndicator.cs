using Kestra.Storage;

namespace Kestra.Hosting.Management;

/// <summary>The database: down when it cannot be read and written.</summary>
/// <param name="address">How the database is named in the answer; holds no credentials.</param>
/// <param name="product">Name of the database product.</param>
public sealed class DatabaseIndicator(IStore store, string address, string product) : IHealthIndicator
{
    public string Name => "jdbc";

    public async Task<Health> CheckAsync(CancellationToken cancellationToken)
    {
        string? error = null;
        try
        {
            await store.CheckAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            error = exception.Message;
        }

        var details = new Dictionary<string, object>(StringComparer.Ordinal) { ["database"] = product };
        if (error is not null)
        {
            details["error"] = error;
        }

        return new Health(error is null, new Dictionary<string, object>(StringComparer.Ordinal)
        {
            [address] = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["name"] = "kestra",
                ["status"] = error is null ? "UP" : "DOWN",
                ["details"] = details,
            },
        });
    }
}
