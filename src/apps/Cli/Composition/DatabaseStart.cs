using Kestra.Storage;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition;

/// <summary>The first contact with the database, which may still be on its way up.</summary>
internal static partial class DatabaseStart
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <param name="patience">How long an absent database is waited for; zero tries once.</param>
    /// <exception cref="StoreUnavailableException">It did not come.</exception>
    public static async Task MigrateAsync(IStore store, TimeSpan patience, TimeProvider time, ILogger logger, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            try
            {
                await store.MigrateAsync(cancellationToken);
                return;
            }
            catch (StoreUnavailableException away) when (time.GetElapsedTime(began) < patience)
            {
                LogWaiting(logger, away.Message);
            }

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The server waits for its database. {Reason}")]
    private static partial void LogWaiting(ILogger logger, string reason);
}
