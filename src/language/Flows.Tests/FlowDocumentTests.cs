using System.Text.Json;
using Kestra.Flows.Documents;
using Kestra.Model.Flows.Reading;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Flows.Tests;

/// <summary>Flows, tasks and triggers in the form of the API.</summary>
public sealed class FlowDocumentTests
{
    private static readonly JsonElement Definitions = Contracts.Json("examples/task-and-trigger-definition.api.json");

    [Fact]
    public void Flow_with_every_property_is_the_recorded_one()
    {
        var reading = Contracts.Reader.Read(Contracts.Text("examples/flow-full.yaml"), "main");

        // One default is written for a class that nobody has; Kestra keeps it, too.
        reading.Constraints.ShouldBeNull();
        JsonTexts.Of(writer => FlowJson.Write(writer, FlowDocuments.Complete(reading.Flow!, Contracts.Catalog), JsonProfile.Api)).ShouldBe(JsonTexts.Canonical(Contracts.Json("examples/flow-full.api.json")));
    }

    [Theory]
    [InlineData("allProperties")]
    [InlineData("defaultsOmitted")]
    public void Task_is_read_and_written_without_a_change(string name)
    {
        var faults = new List<DefinitionFault>();
        var task = DefinitionReader.ReadTask((IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(Definitions.GetProperty(name))!, "", faults);

        faults.ShouldBeEmpty();
        JsonTexts.Of(writer => TaskJson.Write(writer, FlowDocuments.Complete(task, Contracts.Catalog), JsonProfile.Api)).ShouldBe(JsonTexts.Canonical(Definitions.GetProperty(name)));
    }

    [Fact]
    public void Properties_that_have_their_defaults_are_left_out()
    {
        const string source = "id: a\ntype: io.kestra.plugin.core.log.Log\nmessage: m\nlevel: INFO\ndisabled: false\nallowFailure: false\nrunIf: 'true'\n";

        var task = Contracts.Reader.ReadTask(source).Definition!;

        JsonTexts.Of(writer => TaskJson.Write(writer, FlowDocuments.Complete(task, Contracts.Catalog), JsonProfile.Api)).ShouldBe(JsonTexts.Canonical(Definitions.GetProperty("defaultsOmitted")));
    }

    [Fact]
    public void Trigger_is_read_and_written_without_a_change()
    {
        var trigger = DefinitionReader.ReadTrigger((IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(Definitions.GetProperty("triggerDefinition"))!, "", []);

        JsonTexts.Of(writer => TaskJson.Write(writer, FlowDocuments.Complete(trigger, Contracts.Catalog), JsonProfile.Api)).ShouldBe(JsonTexts.Canonical(Definitions.GetProperty("triggerDefinition")));
    }

    [Fact]
    public void Flow_with_every_kind_of_input_is_valid()
    {
        foreach (var name in new[] { "examples/input-resolution-flow.yaml", "examples/execution-every-input-type.subflow.yaml" })
        {
            Contracts.Reader.Read(Contracts.Text(name), "main").Constraints.ShouldBeNull(name);
        }
    }
}
