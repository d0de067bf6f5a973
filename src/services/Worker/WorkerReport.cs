using System.Text.Json;
using Kestra.Model.Json;
using Kestra.Worker.Jobs;

namespace Kestra.Worker;

/// <summary>The tasks that run at this moment, for the management port.</summary>
internal sealed class WorkerReport(JobRunner runner)
{
    public Task WriteAsync(Utf8JsonWriter writer)
    {
        var jobs = runner.Jobs;
        writer.WriteStartObject();
        writer.WriteNumber("runningCount"u8, jobs.Count);
        writer.WriteStartArray("runnings"u8);
        foreach (var job in jobs)
        {
            writer.WriteStartObject();
            writer.WritePropertyName("taskRun"u8);

            // The port asks for no login: what a task was given and has produced stays out.
            ModelJson.Write(writer, job.TaskRun with { Outputs = null, Value = null, Attempts = null }, JsonProfile.Api);
            writer.WriteStartObject("task"u8);
            writer.WriteString("id"u8, job.Task.Id);
            writer.WriteString("type"u8, job.Task.Type);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        return Task.CompletedTask;
    }
}
