using Kestra.Engine;
using Kestra.Expressions;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Plugins.Hosting;
using Kestra.Plugins.Tasks;
using Kestra.Worker.Jobs;
using NodaTime;

namespace Kestra.Worker.Tests;

public sealed class RememberedKillTests
{
    private static readonly Instant Killed = Instant.FromUtc(2026, 1, 1, 12, 0);

    [Theory]
    [InlineData(-1, false, true)]
    [InlineData(0, false, true)]
    [InlineData(1, false, false)]
    [InlineData(-1, true, false)]
    public void A_kill_means_the_jobs_that_were_sent_before_it_and_none_after_the_end(int sentSeconds, bool force, bool covered)
    {
        var kills = new RememberedKills(10);
        kills.Add(new KillRequest("main", "execution", null), Killed);
        kills.Covers(Job("execution", sentSeconds, force)).ShouldBe(covered);
        kills.Covers(Job("another", sentSeconds, force)).ShouldBeFalse();
    }

    [Fact]
    public void A_kill_of_one_run_means_that_run_even_after_the_end()
    {
        var kills = new RememberedKills(10);
        kills.Add(new KillRequest("main", "execution", "run"), Killed);
        kills.Covers(Job("execution", -1, force: true)).ShouldBeTrue();
    }

    [Fact]
    public void The_oldest_are_forgotten_and_a_later_kill_of_the_same_execution_counts()
    {
        var kills = new RememberedKills(2);
        kills.Add(new KillRequest("main", "a", null), Killed);
        kills.Add(new KillRequest("main", "a", null), Killed + Duration.FromSeconds(5));
        kills.Covers(Job("a", 3, force: false)).ShouldBeTrue();
        kills.Add(new KillRequest("main", "b", null), Killed);
        kills.Add(new KillRequest("main", "c", null), Killed);
        kills.Covers(Job("a", -1, force: false)).ShouldBeFalse();
        kills.Covers(Job("c", -1, force: false)).ShouldBeTrue();
    }

    private static WorkerJob Job(string execution, int sentSeconds, bool force)
    {
        var flow = new Flow { Namespace = "company", Id = "flow", Revision = 1 };
        var plugin = new Work(static (_, _) => Task.FromResult(TaskResult.Empty));
        return new WorkerJob
        {
            TenantId = "main",
            Namespace = flow.Namespace,
            FlowId = flow.Id,
            FlowRevision = 1,
            ExecutionId = execution,
            TaskRun = new TaskRun
            {
                TenantId = "main",
                Id = "run",
                ExecutionId = execution,
                Namespace = flow.Namespace,
                FlowId = flow.Id,
                TaskId = "task",
                ForceExecution = force ? true : null,
                State = State.Created(Killed + Duration.FromSeconds(sentSeconds)),
            },
            Attempt = 0,
            Task = new TaskDefinition { Id = "task", Type = "test", Properties = new OrderedDictionary<string, object?>() },
            Plugin = plugin,
            Program = FlowProgram.Compile(flow, new EngineEnvironment { Expressions = new ExpressionEngine(), Catalog = new PluginCatalog(typeof(Plugins.Core.CorePluginTable).Assembly) }),
            Variables = new OrderedDictionary<string, object?>(),
        };
    }
}
