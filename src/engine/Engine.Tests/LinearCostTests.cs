using Kestra.Engine.Tests.Simulation;
using Kestra.Expressions;
using Kestra.Model.Executions;
using Kestra.Model.Identifiers;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Hosting;
using NodaTime;

namespace Kestra.Engine.Tests;

/// <summary>A step costs the same however many task runs there are: counted in bytes allocated, which unlike time do not depend on the machine.</summary>
public sealed class LinearCostTests
{
    private static readonly Instant Now = Instant.FromUtc(2026, 1, 1, 0, 0);

    [Theory]
    [InlineData(TaskKind.ForEach, 1)]
    [InlineData(TaskKind.ForEach, 0)]
    [InlineData(TaskKind.EachParallel, 0)]
    [InlineData(TaskKind.EachParallel, 10)]
    public void An_iteration_of_ten_thousand_costs_at_most_a_third_more_than_one_of_a_hundred(TaskKind kind, int concurrency)
    {
        BytesOfAnIteration(kind, concurrency, 100);
        var few = BytesOfAnIteration(kind, concurrency, 100);
        var many = BytesOfAnIteration(kind, concurrency, 10_000);
        (many / few).ShouldBeLessThan(1.3, $"{many:F0} bytes against {few:F0}");
    }

    private static double BytesOfAnIteration(TaskKind kind, int concurrency, int count)
    {
        var loop = new TaskPlan("loop", kind)
        {
            Tasks = [new TaskPlan("work", TaskKind.Work)],
            Values = [.. Enumerable.Range(0, count).Select(number => $"v{number:D5}")],
            Concurrency = concurrency,
        };
        var flow = FlowWriter.Write(new FlowPlan("linear", [loop]));
        var program = FlowProgram.Compile(flow, new EngineEnvironment { Expressions = new ExpressionEngine(new ExpressionOptions()), Catalog = new PluginCatalog(typeof(LogTask).Assembly) });
        var (decider, ids) = (new ExecutionDecider(), new RandomIdSource());
        var (state, first) = decider.Create(new Command.Create(NewExecution.Build(flow, "one", null, null, null, null, null, Now)), program, Now, ids);
        var jobs = new Queue<Effect.DispatchJob>(first.Effects.OfType<Effect.DispatchJob>());
        var outputs = new Dictionary<string, object?>(StringComparer.Ordinal) { ["value"] = "some" };
        var before = GC.GetAllocatedBytesForCurrentThread();
        while (jobs.TryDequeue(out var job))
        {
            var decision = decider.Decide(state!, new Command.TaskResult(job.TaskRun.Id, job.Attempt, StateType.SUCCESS, Now, Now, outputs, "worker"), Now, ids);
            foreach (var next in decision.Effects.OfType<Effect.DispatchJob>())
            {
                jobs.Enqueue(next);
            }
        }

        var spent = GC.GetAllocatedBytesForCurrentThread() - before;
        state!.HasEnded.ShouldBeTrue();
        return spent / (double)count;
    }
}
