using Kestra.Hosting.Lanes;
using Kestra.Storage;
using Kestra.Storage.Executions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kestra.Worker.Claiming;

/// <summary>Keeps an eye on the claims of this worker: at hints, and every now and then without.</summary>
internal sealed partial class ClaimWatch(IReadOnlyList<IClaims> claims, IWorkerJobHints hints, ClaimOptions options, TimeProvider time, ILogger<ClaimWatch> logger) : BackgroundService
{
    private readonly Alarm alarm = new(time);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await Task.WhenAll(claims.Select(static one => one.GiveBackAsync()));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = hints.Subscribe(Hear);
        var isUnreachable = false;
        while (true)
        {
            await alarm.WaitAsync(options.Watch, stoppingToken);
            try
            {
                foreach (var one in claims)
                {
                    await one.WatchAsync(stoppingToken);
                }

                isUnreachable = false;
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                if (!isUnreachable)
                {
                    LogFailed(error);
                }

                isUnreachable = true;
            }

            // However many hints there are, the store is not asked without a pause.
            await Task.Delay(options.ShortestPoll, time, stoppingToken);
        }
    }

    private void Hear(WorkerJobNews news)
    {
        if (news.HasFlag(WorkerJobNews.Waiting))
        {
            foreach (var one in claims)
            {
                one.Look();
            }
        }

        if (news.HasFlag(WorkerJobNews.Killed))
        {
            alarm.Ring();
        }
    }

    [LoggerMessage(LogLevel.Warning, "What has become of claimed jobs can't be seen now; it is tried again")]
    private partial void LogFailed(Exception error);
}
