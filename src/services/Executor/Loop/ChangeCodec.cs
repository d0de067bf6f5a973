using System.Text.Json;
using Kestra.Hosting.Lanes;
using Kestra.Model.Json;

namespace Kestra.Executor.Loop;

/// <summary>Changes as UTF-8 JSON, for the timers that keep them. A change of which everything is to be done is its execution alone.</summary>
internal static class ChangeCodec
{
    public static ReadOnlyMemory<byte> Encode(ExecutionChange change)
    {
        if (change.Target is not { } target)
        {
            return ModelJson.Serialize(change.Execution, JsonProfile.Database);
        }

        return ModelJson.Bytes(writer =>
        {
            writer.WriteStartObject();
            writer.WriteString("target.namespace"u8, target.Namespace);
            writer.WriteString("target.flow"u8, target.FlowId);
            if (target.TriggerId is not null)
            {
                writer.WriteString("target.trigger"u8, target.TriggerId);
            }

            if (target.Outputs is not null)
            {
                writer.WritePropertyName("target.outputs"u8);
                ModelJson.WriteValue(writer, target.Outputs, JsonProfile.Database);
            }

            writer.WritePropertyName("execution"u8);
            ModelJson.Write(writer, change.Execution, JsonProfile.Database);
            writer.WriteEndObject();
        });
    }

    public static ExecutionChange Decode(string key, ReadOnlyMemory<byte> bytes)
    {
        using var document = JsonDocument.Parse(bytes, ModelJson.DocumentOptions);
        var root = document.RootElement;
        if (!root.TryGetProperty("execution"u8, out var execution))
        {
            return new ExecutionChange(key, ModelJson.ReadExecution(root));
        }

        return new ExecutionChange(key, ModelJson.ReadExecution(execution))
        {
            Target = new ChangeTarget(root.GetProperty("target.namespace"u8).GetString()!, root.GetProperty("target.flow"u8).GetString()!)
            {
                TriggerId = root.TryGetProperty("target.trigger"u8, out var trigger) ? trigger.GetString() : null,
                Outputs = root.TryGetProperty("target.outputs"u8, out var outputs) ? ModelJson.ReadValue(outputs) as IReadOnlyDictionary<string, object?> : null,
            },
        };
    }
}
