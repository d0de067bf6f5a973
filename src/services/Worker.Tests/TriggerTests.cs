using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Kestra.Hosting.Lanes;
using Kestra.Hosting.Telemetry;
using Kestra.Model.Flows;
using Kestra.Plugins;
using Kestra.Plugins.Triggers;
using Kestra.Worker.Triggers;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Kestra.Worker.Tests;

public sealed class TriggerTests : IAsyncLifetime
{
    private readonly Bench bench = new();
    private readonly TriggerJobQueue lane = new(2);
    private readonly Heard heard = new();
    private TriggerMetrics metrics = null!;
    private TriggerWorkerService service = null!;
    private TriggerSlots? slots;

    public async ValueTask InitializeAsync()
    {
        metrics = new TriggerMetrics(bench.Options);
        bench.Options.TriggerAnswerDelay = TimeSpan.FromMilliseconds(1);
        bench.Options.TriggerTimeout = TimeSpan.FromMinutes(1);
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await service.StopAsync(CancellationToken.None);
        service.Dispose();
        slots?.Dispose();
        metrics.Dispose();
        await bench.DisposeAsync();
    }

    [Fact]
    public async Task What_is_found_is_told_without_nulls_and_until_it_is_heard()
    {
        heard.Receptions.Enqueue(TriggerReception.Later);
        heard.Receptions.Enqueue(null);
        Send(new Polling(static (_, _) => Task.FromResult<IReadOnlyDictionary<string, object?>?>(new Dictionary<string, object?> { ["a"] = 1, ["b"] = null })));
        for (var telling = 0; telling < 3; telling++)
        {
            (await heard.NextAsync<TriggerAnswer.Happened>()).Variables.Keys.ShouldBe(["a"]);
        }
    }

    [Fact]
    public async Task A_failure_is_logged_for_the_trigger_with_its_secrets_masked()
    {
        Send(new Polling(static (context, _) =>
        {
            context.MaskInLogs("hunter2");
            throw new InvalidOperationException("no access with hunter2");
        }));
        (await heard.NextAsync<TriggerAnswer.Failed>()).Message.ShouldBe("no access with ******");
        var line = bench.Logs.Single(static entry => entry.Level == Model.Logs.LogLevel.WARN);
        line.Message.ShouldEndWith("Trigger evaluation failed in the worker with error: no access with ******");
        (line.TriggerId, line.ExecutionId, line.TaskId).ShouldBe(("watch", null, null));
        bench.Logs.ShouldNotContain(static entry => entry.Message!.Contains("hunter2"));
    }

    [Fact]
    public async Task An_evaluation_that_takes_too_long_fails()
    {
        bench.Options.TriggerTimeout = TimeSpan.FromMilliseconds(20);
        Send(new Polling(UntilCancelledAsync));
        (await heard.NextAsync<TriggerAnswer.Failed>()).Message.ShouldStartWith("Timeout after");
    }

    [Fact]
    public async Task A_killed_evaluation_gives_no_answer_and_one_that_waits_never_begins()
    {
        bench.Options.TriggerThreads = 1;
        await service.StopAsync(TestContext.Current.CancellationToken);
        await StartAsync();
        var begun = new TaskCompletionSource();
        Send(new Polling((context, token) =>
        {
            begun.TrySetResult();
            return UntilCancelledAsync(context, token);
        }), "first");
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        Send(new Polling(static (_, _) => throw new InvalidOperationException("it began")), "second");
        Send(new Polling(static (_, _) => Task.FromResult<IReadOnlyDictionary<string, object?>?>(null)), "third");
        lane.HasRoom(null).ShouldBeFalse();
        lane.Kill("second");
        lane.Kill("first");
        await heard.NextAsync<TriggerAnswer.Nothing>();
        bench.Logs.ShouldContain(static entry => entry.Message!.EndsWith("Trigger evaluation interrupted in the worker"));
    }

    [Fact]
    public async Task Each_event_of_a_realtime_trigger_is_told_and_a_failure_ends_it()
    {
        Send(new Realtime(2));
        (await heard.NextEventAsync()).ShouldBe(1);
        (await heard.NextEventAsync()).ShouldBe(2);
        (await heard.NextAsync<TriggerAnswer.Failed>()).Message.ShouldEndWith("Realtime trigger failed to be created in the worker with error: broken");
    }

    [Fact]
    public async Task Evaluations_failures_and_executions_are_counted()
    {
        using var collector = new MetricCollector();
        Send(new Polling(static (_, _) => Task.FromResult<IReadOnlyDictionary<string, object?>?>(new Dictionary<string, object?> { ["a"] = 1 })), "found");
        await heard.NextAsync<TriggerAnswer.Happened>();
        Send(new Polling(static (_, _) => Task.FromResult<IReadOnlyDictionary<string, object?>?>(null)), "nothing");
        await heard.NextAsync<TriggerAnswer.Nothing>();
        Send(new Polling(static (_, _) => throw new InvalidOperationException("away")), "failed");
        await heard.NextAsync<TriggerAnswer.Failed>();

        var counted = collector.Collect().Where(static series => series.Name.StartsWith("worker.trigger.", StringComparison.Ordinal)).ToDictionary(static series => series.Name, StringComparer.Ordinal);
        counted["worker.trigger.started.count"].Value.ShouldBe(3);
        counted["worker.trigger.ended.count"].Value.ShouldBe(3);
        counted["worker.trigger.execution.count"].Value.ShouldBe(1);
        counted["worker.trigger.error.count"].Value.ShouldBe(1);
        counted["worker.trigger.running.count"].Value.ShouldBe(0);
        counted["worker.trigger.duration"].Count.ShouldBe(3);
        counted["worker.trigger.duration"].Tags["trigger_type"].ShouldBe("test");
    }

    private async Task StartAsync()
    {
        slots?.Dispose();
        slots = new TriggerSlots(bench.Options);
        var runner = new TriggerRunner(bench.Services, bench, heard, bench.Options, new Jobs.WorkerIdentity("worker"), metrics, NullLogger<TriggerRunner>.Instance);
        service = new TriggerWorkerService(lane, runner, slots, bench.Options, TimeProvider.System, bench.Standing, NullLogger<TriggerWorkerService>.Instance);
        await service.StartAsync(TestContext.Current.CancellationToken);
    }

    private void Send(ITrigger plugin, string id = "evaluation") => lane.TryDispatch(new TriggerJob
    {
        Key = new TriggerKey("main", "company.team", "flow", "watch"),
        ExecutionId = id,
        Flow = new Flow { Namespace = "company.team", Id = "flow", Revision = 1 },
        Definition = new TriggerDefinition { Id = "watch", Type = "test", Properties = new OrderedDictionary<string, object?>() },
        Plugin = plugin,
        Date = Instant.FromUnixTimeSeconds(0).InUtc(),
        Variables = new OrderedDictionary<string, object?>(),
    }).ShouldBeTrue();

    private static async Task<IReadOnlyDictionary<string, object?>?> UntilCancelledAsync(IRunContext context, CancellationToken token)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, token);
        return null;
    }

    private sealed class Polling(Func<IRunContext, CancellationToken, Task<IReadOnlyDictionary<string, object?>?>> look) : IPollingTrigger
    {
        public Duration Interval => Duration.FromMinutes(1);

        public Task<IReadOnlyDictionary<string, object?>?> EvaluateAsync(IRunContext context, CancellationToken cancellationToken) => look(context, cancellationToken);
    }

    private sealed class Realtime(int events) : IRealtimeTrigger
    {
        public async IAsyncEnumerable<IReadOnlyDictionary<string, object?>> RunAsync(IRunContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            for (var number = 1; number <= events; number++)
            {
                await Task.Yield();
                yield return new OrderedDictionary<string, object?> { ["number"] = number };
            }

            throw new InvalidOperationException("broken");
        }
    }

    /// <summary>The scheduler's end of the lane.</summary>
    private sealed class Heard : ITriggerResults
    {
        private readonly Channel<object?> told = Channel.CreateUnbounded<object?>();

        /// <summary>What the next answers get; null is a failure, and Taken when there is none left.</summary>
        public ConcurrentQueue<TriggerReception?> Receptions { get; } = [];

        public async Task<T> NextAsync<T>() => (await ReadAsync()).ShouldBeOfType<T>();

        public Task<object?> NextEventAsync() => ReadAsync();

        public Task StartedAsync(TriggerEvaluation evaluation, string workerId, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<TriggerReception> AnswerAsync(TriggerEvaluation evaluation, TriggerAnswer answer, CancellationToken cancellationToken)
        {
            told.Writer.TryWrite(answer);
            return Receptions.TryDequeue(out var reception) ? Task.FromResult(reception ?? throw new IOException("away")) : Task.FromResult(TriggerReception.Taken);
        }

        public Task<TriggerReception> EventAsync(TriggerEvaluation evaluation, string executionId, IReadOnlyDictionary<string, object?> variables, CancellationToken cancellationToken)
        {
            told.Writer.TryWrite(variables["number"]);
            return Task.FromResult(TriggerReception.Taken);
        }

        public Task LostAsync(TriggerEvaluation evaluation, CancellationToken cancellationToken) => throw new NotSupportedException();

        private Task<object?> ReadAsync() => told.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(TimeSpan.FromSeconds(30));
    }
}
