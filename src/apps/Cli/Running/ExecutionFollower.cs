using System.Text.Json;
using System.Threading.Channels;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;

namespace Kestra.Cli.Running;

/// <summary>Watches an execution to its end, and kills it when the user interrupts.</summary>
internal sealed class ExecutionFollower(ApiClient client, RunScreen screen, TimeProvider time)
{
    private const int EventsAhead = 1000;
    private static readonly TimeSpan ReconnectPause = TimeSpan.FromSeconds(1);

    // A server that is started again, or one that stands by and takes over, is back by then.
    private static readonly TimeSpan ReconnectPatience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan KillPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan TickInterval = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(5);

    /// <param name="interruption">The user's wish to stop: the execution is killed, and watched until it has ended.</param>
    /// <exception cref="CommandFailureException">The server cannot be reached any more, or the execution does not end although it was killed.</exception>
    public async Task<ExecutionView> FollowAsync(string id, CancellationToken interruption)
    {
        var events = Channel.CreateBounded<Event>(new BoundedChannelOptions(EventsAhead) { SingleReader = true });
        using var patience = new CancellationTokenSource();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(patience.Token);
        await using var kill = interruption.Register(() => _ = KillAsync(id, events.Writer, patience));
        var logs = PumpLogsAsync(id, events.Writer, over.Token);
        var states = PumpStatesAsync(id, events.Writer, logs, patience.Token);
        var ticks = TickAsync(events.Writer, over.Token);
        try
        {
            return await ShowAsync(events.Reader) ?? throw new CommandFailureException($"The server told nothing about execution {id}.");
        }
        finally
        {
            await over.CancelAsync();
            await Task.WhenAll(states, ticks);
        }
    }

    private async Task<ExecutionView?> ShowAsync(ChannelReader<Event> events)
    {
        var progress = new RunProgress(screen, time);
        ExecutionView? last = null;
        await foreach (var item in events.ReadAllAsync(CancellationToken.None))
        {
            switch (item)
            {
                case Event.State(var execution):
                    last = execution;
                    progress.Update(execution);
                    break;
                case Event.Log(var entry):
                    progress.Log(entry);
                    break;
                case Event.Tick:
                    progress.Tick();
                    break;
                case Event.Note(var text):
                    screen.Line(new Piece(text, Colour.Yellow));
                    break;
            }
        }

        return last;
    }

    private async Task PumpStatesAsync(string id, ChannelWriter<Event> writer, Task logs, CancellationToken cancellationToken)
    {
        try
        {
            await UntilEndedAsync(id, writer, cancellationToken);

            // The last lines of the log may come a little after the end.
            await Task.WhenAny(logs, Task.Delay(LogPatience, time, cancellationToken));
            writer.TryComplete();
        }
        catch (OperationCanceledException error)
        {
            writer.TryComplete(new CommandFailureException($"Execution {id} did not end within {KillPatience.TotalSeconds} seconds after it was killed.", error));
        }
        catch (Exception error)
        {
            writer.TryComplete(error);
        }
    }

    private async Task UntilEndedAsync(string id, ChannelWriter<Event> writer, CancellationToken cancellationToken)
    {
        Exception? broken = null;
        var brokenAt = time.GetTimestamp();
        while (true)
        {
            try
            {
                if (await PumpStatesOnceAsync(id, writer, () => broken = null, cancellationToken))
                {
                    return;
                }
            }
            catch (Exception error) when (error is IOException or HttpRequestException or ServerUnreachableException)
            {
                if (broken is null)
                {
                    brokenAt = time.GetTimestamp();
                    await writer.WriteAsync(new Event.Note($"The connection to {client.Server} broke; waiting for the server to come back, at most {ReconnectPatience.TotalSeconds:0} seconds."), cancellationToken);
                }
                else if (time.GetElapsedTime(brokenAt) > ReconnectPatience)
                {
                    throw new CommandFailureException($"The server at {client.Server} did not come back within {ReconnectPatience.TotalSeconds:0} seconds. Execution {id} is not lost: it goes on when the server runs again. ({error.Message})", error);
                }

                broken = error;
            }

            await Task.Delay(ReconnectPause, time, cancellationToken);
        }
    }

    /// <param name="heard">Called when the server has told something.</param>
    /// <returns>Whether the end was seen; false when the stream ended before.</returns>
    private async Task<bool> PumpStatesOnceAsync(string id, ChannelWriter<Event> writer, Action heard, CancellationToken cancellationToken)
    {
        await foreach (var (kind, data) in client.FollowAsync($"/executions/{id}/follow", cancellationToken))
        {
            heard();
            if (kind is "progress" or "end")
            {
                await writer.WriteAsync(new Event.State(ExecutionView.Read(data)), cancellationToken);
            }

            if (kind == "end")
            {
                return true;
            }
        }

        var execution = ExecutionView.Read(await client.SendJsonAsync(HttpMethod.Get, $"/executions/{id}", null, cancellationToken));
        await writer.WriteAsync(new Event.State(execution), cancellationToken);
        return execution.IsEnded;
    }

    private async Task PumpLogsAsync(string id, ChannelWriter<Event> writer, CancellationToken cancellationToken)
    {
        var shown = new ShownLogs();
        try
        {
            while (true)
            {
                try
                {
                    await PumpLogsOnceAsync(id, shown, writer, cancellationToken);
                    return;
                }
                catch (Exception error) when (error is IOException or HttpRequestException or ServerUnreachableException)
                {
                    // How long the server may be away is judged by the stream of states.
                    await Task.Delay(ReconnectPause, time, cancellationToken);
                }
            }
        }
        catch (ChannelClosedException)
        {
            // The execution's end was shown and the patience for late lines is over.
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            writer.TryWrite(new Event.Note($"Logs are not shown any further: {error.Message}"));
        }
    }

    private async Task PumpLogsOnceAsync(string id, ShownLogs shown, ChannelWriter<Event> writer, CancellationToken cancellationToken)
    {
        await foreach (var (_, data) in client.FollowAsync($"/logs/{id}/follow?minLevel=DEBUG", cancellationToken))
        {
            // A frame holds one entry, or a list of them.
            foreach (var entry in data.ValueKind == JsonValueKind.Array ? [.. data.EnumerateArray()] : new[] { data })
            {
                if (shown.Add(entry))
                {
                    await writer.WriteAsync(new Event.Log(entry), cancellationToken);
                }
            }
        }
    }

    // Keeps the moving line moving while nothing happens; ends with the events.
    private async Task TickAsync(ChannelWriter<Event> writer, CancellationToken cancellationToken)
    {
        try
        {
            using var timer = new PeriodicTimer(TickInterval, time);
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                // A full channel moves by itself.
                writer.TryWrite(new Event.Tick());
            }
        }
        catch (OperationCanceledException)
        {
            // There is nothing left to wait for.
        }
    }

    private async Task KillAsync(string id, ChannelWriter<Event> writer, CancellationTokenSource patience)
    {
        writer.TryWrite(new Event.Note("Interrupted: killing the execution. Press Ctrl+C again to leave at once."));
        patience.CancelAfter(KillPatience);
        try
        {
            using var response = await client.SendAsync(HttpMethod.Delete, $"/executions/{id}/kill", null, patience.Token);
        }
        catch (Exception error) when (error is ApiErrorException or CommandFailureException or OperationCanceledException)
        {
            writer.TryWrite(new Event.Note($"The execution could not be killed: {error.Message}"));
        }
    }

    private abstract record Event
    {
        public sealed record State(ExecutionView Execution) : Event;

        public sealed record Log(JsonElement Entry) : Event;

        public sealed record Note(string Text) : Event;

        public sealed record Tick : Event;
    }
}
