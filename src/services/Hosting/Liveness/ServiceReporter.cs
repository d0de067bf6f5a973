using System.Globalization;
using Kestra.Model.Cluster;
using Kestra.Storage;
using Kestra.Storage.Cluster;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Kestra.Hosting.Liveness;

/// <summary>
/// Tells the cluster about the services of this process, and deals with what the cluster thinks of them: a worker that
/// could not be heard, or that was given up, stops before its tasks run a second time elsewhere.
/// </summary>
public sealed partial class ServiceReporter(
    IServiceInstanceRepository repository, MemberServer server, WorkerStanding standing, ServerExit exit, TimeProvider time, ILogger<ServiceReporter> logger)
{
    private Instant Now => Instant.FromDateTimeOffset(time.GetUtcNow());

    private LivenessConfig Liveness => server.Settings.Config.Liveness;

    /// <summary>How long a worker may be mute. Shorter than the time-out, so that it has stopped before others act on its silence.</summary>
    public TimeSpan Patience
    {
        get
        {
            var (timeout, heartbeat) = (Liveness.Timeout.ToTimeSpan(), Liveness.HeartbeatInterval.ToTimeSpan());
            var margin = (timeout - heartbeat) / 2;
            return timeout - (margin < heartbeat ? margin : heartbeat);
        }
    }

    /// <summary>Creates the row of a service that has just come to life.</summary>
    public async Task RegisterAsync(LocalService service, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        var instance = ServiceInstance.Created(service.Id, service.Type, server.Instance, server.Settings.Config, Now) with { Props = service.Props };
        await repository.SaveAsync(instance, cancellationToken);
        service.Registered = instance;
        service.LastSign = sent;
        service.State = ServiceState.CREATED;
        LogConnected(Name(service));
    }

    /// <summary>Changes the state of a service. When the cluster cannot be told now, the next sign of life does it.</summary>
    public async Task ReportAsync(LocalService service, ServiceState state, string? reason, CancellationToken cancellationToken)
    {
        if (service.State is not null)
        {
            service.State = state;
            await SignAsync(service, reason, cancellationToken);
        }
    }

    /// <summary>Gives a sign of life for a service. One that does not arrive in time makes a worker give up.</summary>
    public async Task BeatAsync(LocalService service, CancellationToken cancellationToken)
    {
        if (service.State is null or ServiceState.DISCONNECTED || service.State.Value.HasEnded())
        {
            return;
        }

        if (!EndsWhenMute(service))
        {
            using var limit = new CancellationTokenSource(Liveness.Timeout.ToTimeSpan(), time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await SignAsync(service, null, either.Token);
            return;
        }

        if (Remaining(service) is var remaining && remaining > TimeSpan.Zero)
        {
            using var limit = new CancellationTokenSource(remaining, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            await SignAsync(service, null, either.Token);
        }

        if (!cancellationToken.IsCancellationRequested && Remaining(service) <= TimeSpan.Zero && EndsWhenMute(service))
        {
            Disconnect(service);
        }
    }

    /// <summary>How long the service may still be mute; more than the time-out for one that may be mute for ever.</summary>
    public TimeSpan Remaining(LocalService service) =>
        EndsWhenMute(service) ? Patience - time.GetElapsedTime(service.LastSign) : TimeSpan.MaxValue;

    private bool EndsWhenMute(LocalService service) =>
        Liveness.Enabled && service.Type == ServiceType.WORKER && !server.IsStandalone && service.State?.IsRunning() == true;

    private async Task SignAsync(LocalService service, string? reason, CancellationToken cancellationToken)
    {
        try
        {
            await service.Signing.WaitAsync(cancellationToken);
            try
            {
                await SignInTurnAsync(service, reason, cancellationToken);
            }
            finally
            {
                service.Signing.Release();
            }
        }
        catch (Exception error) when (error is StoreUnavailableException or OperationCanceledException)
        {
            if (!service.IsMute)
            {
                service.IsMute = true;
                LogMute(Name(service), error.Message);
            }
        }
    }

    private async Task SignInTurnAsync(LocalService service, string? reason, CancellationToken cancellationToken)
    {
        var sent = time.GetTimestamp();
        var sign = new ServiceSign(service.State!.Value, Now, reason, service.Metrics());

        // A connection that hangs must not keep the worker from seeing that its time is up.
        var result = await repository.TransitAsync(service.Id, sign, cancellationToken).WaitAsync(cancellationToken);
        if (!result.Accepted)
        {
            await DisputeAsync(service, result.Stored, sign, cancellationToken);
        }

        Heard(service, sent);
    }

    private void Heard(LocalService service, long sent)
    {
        service.LastSign = sent;
        if (service.IsMute)
        {
            service.IsMute = false;
            LogHeard(Name(service));
        }
    }

    private Task DisputeAsync(LocalService service, ServiceInstance? stored, ServiceSign sign, CancellationToken cancellationToken)
    {
        if (stored is null)
        {
            LogMissing(Name(service));
            return repository.SaveAsync(service.Registered!.Forced(sign.State, sign.At, "The row of the service was missing."), cancellationToken);
        }

        if (server.IsStandalone || service.Type is ServiceType.WEBSERVER or ServiceType.INDEXER)
        {
            LogInsists(Name(service), stored.State, sign.State);
            return repository.SaveAsync(stored.Forced(sign.State, sign.At, "The service is alive.") with { Metrics = sign.Metrics ?? stored.Metrics }, cancellationToken);
        }

        Yield(service, stored.State);
        return Task.CompletedTask;
    }

    // Others have declared this service gone, so what it does is done elsewhere, or soon will be.
    private void Yield(LocalService service, ServiceState stored)
    {
        var isReplaced = stored is ServiceState.NOT_RUNNING or ServiceState.INACTIVE || server.Settings.Config.Restart == TaskRestartStrategy.IMMEDIATELY;
        if (service.Type == ServiceType.WORKER && isReplaced)
        {
            LogSkipsGrace(Name(service));
            standing.GiveUp();
        }

        if (service.State!.Value.IsRunning())
        {
            service.State = ServiceState.DISCONNECTED;
            LogYields(Name(service), stored);
            exit.Request($"the service {service.Type} was declared {stored} by another server");
        }
    }

    private void Disconnect(LocalService service)
    {
        service.State = ServiceState.DISCONNECTED;
        LogDisconnecting(Name(service), (long)Liveness.Timeout.TotalMilliseconds);
        standing.GiveUp();
        exit.Request("the worker could not give a sign of life in time");
    }

    /// <summary>How lines of the log name a service.</summary>
    internal string Name(LocalService service) => string.Create(CultureInfo.InvariantCulture, $"[Service id={service.Id}, type='{service.Type}', hostname='{server.Instance.Hostname}']");

    [LoggerMessage(LogLevel.Information, "{Service} Connected.")]
    private partial void LogConnected(string service);

    [LoggerMessage(LogLevel.Warning, "{Service} Failed to update state: {Reason}")]
    private partial void LogMute(string service, string reason);

    [LoggerMessage(LogLevel.Information, "{Service} State is updated again.")]
    private partial void LogHeard(string service);

    [LoggerMessage(LogLevel.Warning, "{Service} Registering again, because its row is missing.")]
    private partial void LogMissing(string service);

    [LoggerMessage(LogLevel.Warning, "{Service} Declared {Stored} by another server, but is {State}; registering again.")]
    private partial void LogInsists(string service, ServiceState stored, ServiceState state);

    [LoggerMessage(LogLevel.Warning, "{Service} Declared {Stored} by another server. Shutting down.")]
    private partial void LogYields(string service, ServiceState stored);

    [LoggerMessage(LogLevel.Warning, "{Service} Terminating now and skip waiting for tasks completions.")]
    private partial void LogSkipsGrace(string service);

    [LoggerMessage(LogLevel.Error, "{Service} Failed to update state before reaching timeout ({Timeout}ms). Disconnecting.")]
    private partial void LogDisconnecting(string service, long timeout);
}
