using System.Buffers;
using System.Text.Json;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Model.Json;

namespace Kestra.Engine;

/// <summary>Facts as UTF-8 JSON: a list of objects with one letter for the kind, values in the internal profile.</summary>
public static class EventCodec
{
    public static void Encode(IReadOnlyList<ExecutionEvent> facts, IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output, ModelJson.WriterOptions);
        writer.WriteStartArray();
        foreach (var fact in facts)
        {
            writer.WriteStartObject();
            Write(writer, fact);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    /// <exception cref="JsonException">The bytes are not a list of known facts.</exception>
    public static IReadOnlyList<ExecutionEvent> Decode(ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        var facts = new List<ExecutionEvent>(document.RootElement.GetArrayLength());
        foreach (var element in document.RootElement.EnumerateArray())
        {
            facts.Add(Read(element));
        }

        return facts;
    }

    private static void Write(Utf8JsonWriter writer, ExecutionEvent fact)
    {
        switch (fact)
        {
            case ExecutionEvent.Created created:
                writer.WriteString("k"u8, "c"u8);
                writer.WritePropertyName("v"u8);
                ModelJson.Write(writer, created.Execution, JsonProfile.Database);
                break;
            case ExecutionEvent.RunSet set:
                writer.WriteString("k"u8, "r"u8);
                writer.WritePropertyName("v"u8);
                ModelJson.Write(writer, set.Run, JsonProfile.Database);
                break;
            case ExecutionEvent.RunsRemoved removed:
                writer.WriteString("k"u8, "x"u8);
                writer.WriteStartArray("v"u8);
                foreach (var id in removed.Ids)
                {
                    writer.WriteStringValue(id);
                }

                writer.WriteEndArray();
                break;
            case ExecutionEvent.StateChanged changed:
                writer.WriteString("k"u8, "s"u8);
                writer.WriteString("v"u8, changed.State.ToString());
                writer.WriteNumber("d"u8, changed.Date.ToUnixTimeTicks());
                break;
            case ExecutionEvent.OutputsSet outputs:
                writer.WriteString("k"u8, "o"u8);
                writer.WritePropertyName("v"u8);
                ModelJson.WriteValue(writer, outputs.Outputs, JsonProfile.Database);
                break;
            case ExecutionEvent.LabelsSet labels:
                writer.WriteString("k"u8, "l"u8);
                writer.WriteStartArray("v"u8);
                foreach (var label in labels.Labels)
                {
                    writer.WriteStringValue(label.Key);
                    writer.WriteStringValue(label.Value);
                }

                writer.WriteEndArray();
                break;
            case ExecutionEvent.VariablesSet variables:
                writer.WriteString("k"u8, "v"u8);
                writer.WritePropertyName("v"u8);
                ModelJson.WriteValue(writer, variables.Variables, JsonProfile.Database);
                break;
            case ExecutionEvent.MetadataSet metadata:
                writer.WriteString("k"u8, "m"u8);
                writer.WriteNumber("v"u8, metadata.Metadata.AttemptNumber);
                writer.WriteNumber("d"u8, metadata.Metadata.OriginalCreatedDate.ToUnixTimeTicks());
                break;
            case ExecutionEvent.BreakpointsSet breakpoints:
                writer.WriteString("k"u8, "b"u8);
                writer.WriteStartArray("v"u8);
                foreach (var breakpoint in breakpoints.Breakpoints ?? [])
                {
                    writer.WriteStringValue(breakpoint.ToString());
                }

                writer.WriteEndArray();
                break;
            case ExecutionEvent.RevisionSet revision:
                writer.WriteString("k"u8, "n"u8);
                writer.WriteNumber("v"u8, revision.Revision);
                break;
            default:
                throw new InvalidOperationException($"The event {fact.GetType().Name} has no form.");
        }
    }

    private static ExecutionEvent Read(JsonElement element)
    {
        var value = element.GetProperty("v"u8);
        return element.GetProperty("k"u8).GetString() switch
        {
            "c" => new ExecutionEvent.Created(ModelJson.ReadExecution(value)),
            "r" => new ExecutionEvent.RunSet(ModelJson.ReadTaskRun(value)),
            "x" => new ExecutionEvent.RunsRemoved([.. value.EnumerateArray().Select(id => id.GetString()!)]),
            "s" => new ExecutionEvent.StateChanged(Enum.Parse<StateType>(value.GetString()!), Date(element)),
            "o" => new ExecutionEvent.OutputsSet(ModelJson.ReadValue(value) as IReadOnlyDictionary<string, object?>),
            "l" => new ExecutionEvent.LabelsSet([.. value.EnumerateArray().Select(text => text.GetString()!).Chunk(2).Select(pair => new Label(pair[0], pair[1]))]),
            "v" => new ExecutionEvent.VariablesSet((IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(value)!),
            "m" => new ExecutionEvent.MetadataSet(new ExecutionMetadata(value.GetInt32(), Date(element))),
            "b" => new ExecutionEvent.BreakpointsSet([.. value.EnumerateArray().Select(text => Breakpoint.Parse(text.GetString()!))]),
            "n" => new ExecutionEvent.RevisionSet(value.GetInt32()),
            var kind => throw new JsonException($"The fact of kind '{kind}' is not known."),
        };
    }

    private static NodaTime.Instant Date(JsonElement element) => NodaTime.Instant.FromUnixTimeTicks(element.GetProperty("d"u8).GetInt64());
}
