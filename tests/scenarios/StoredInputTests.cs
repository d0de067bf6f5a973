using Kestra.Engine;
using Kestra.Hosting.Inputs;
using Kestra.Hosting.Lanes;
using Kestra.Model.Executions;
using Kestra.Model.Flows;
using Kestra.Model.Identifiers;
using Kestra.Storage;
using Kestra.Storage.Logs;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Kestra.Scenarios;

/// <summary>What tasks see of the inputs of their execution.</summary>
public sealed class StoredInputTests
{
    private const string Source = """
        id: stored-inputs
        namespace: scenarios
        inputs:
          - {id: sec, type: SECRET}
          - {id: du, type: DURATION, defaults: PT1H2M}
          - {id: dt, type: DATETIME, defaults: "2024-02-03T04:05:06.123Z"}
          - {id: nested.one, type: STRING, defaults: n1}
          - {id: f, type: FLOAT, defaults: 1.1}
        tasks:
          - {id: secret, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.sec }}"}
          - {id: rest, type: io.kestra.plugin.core.debug.Return, format: "{{ inputs.du }} {{ inputs.dt }} {{ inputs.nested.one }} {{ inputs['nested.one'] }} {{ inputs.f }}"}
          - id: choice
            type: io.kestra.plugin.core.flow.If
            condition: "{{ inputs.sec == 'very-hidden' }}"
            then:
              - {id: log, type: io.kestra.plugin.core.log.Log, message: "it is {{ outputs.secret.value }}"}
        """;

    [Fact]
    public async Task Tasks_see_inputs_as_they_are_stored_and_secrets_in_clear_that_logs_hide()
    {
        var cancellation = TestContext.Current.CancellationToken;
        await using var server = await ScenarioServer.StartAsync(null, cancellation, Convert.ToBase64String(new byte[32]));
        var flow = await server.SaveAsync(Source, cancellation);
        var execution = await RunAsync(server, flow, cancellation);

        execution.State.Current.ShouldBe(StateType.SUCCESS);
        execution.Inputs!["sec"].ShouldBeAssignableTo<IReadOnlyDictionary<string, object?>>()!["type"].ShouldBe("io.kestra.datatype:aes_encrypted");
        OutputOf(execution, "secret").ShouldBe("very-hidden");
        OutputOf(execution, "rest").ShouldBe("3720.0 2024-02-03T04:05:06.123000Z n1 n1 1.1");

        var logs = await server.Services.GetRequiredService<IStore>().Logs.ReadExecutionAsync(Tenants.Default, execution.Id, new LogQuery(TaskId: "log"), 0, 100, cancellation);
        logs.Select(static line => line.Entry.Message).ShouldBe(["it is ******"]);
    }

    private static async Task<Execution> RunAsync(ScenarioServer server, Flow flow, CancellationToken cancellation)
    {
        var services = server.Services;
        var id = services.GetRequiredService<IIdSource>().Next();
        var given = new Dictionary<string, object?> { ["sec"] = "very-hidden" };
        var inputs = await services.GetRequiredService<FlowInputs>().ResolveAsync(flow, id, given, cancellation);
        var now = Instant.FromDateTimeOffset(services.GetRequiredService<TimeProvider>().GetUtcNow());
        var create = new Command.Create(NewExecution.Build(flow, id, inputs, labels: null, trigger: null, scheduleDate: null, kind: null, now));
        _ = (await services.GetRequiredService<IExecutionCommands>().SubmitAsync(new ExecutionRequest(flow.TenantId, id, create), cancellation)).ShouldBeOfType<CommandOutcome.Accepted>();
        return await services.GetRequiredService<IExecutionFollow>().WaitForEndAsync(flow.TenantId, id, cancellation);
    }

    private static object? OutputOf(Execution execution, string taskId) => execution.TaskRunList!.Single(run => run.TaskId == taskId).Outputs!["value"];
}
