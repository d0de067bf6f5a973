namespace Kestra.Model.Executions;

/// <summary>The predicates of Kestra over state types; each names the set of states it accepts.</summary>
public static class StateTypes
{
    extension(StateType state)
    {
        /// <summary>SUCCESS, WARNING, FAILED, KILLED, CANCELLED, RETRIED or SKIPPED (and the later RESUBMITTED).</summary>
        public bool IsTerminated => state is StateType.SUCCESS or StateType.WARNING or StateType.FAILED or StateType.KILLED
            or StateType.CANCELLED or StateType.RETRIED or StateType.SKIPPED or StateType.RESUBMITTED;

        /// <summary>WARNING, SUCCESS, RETRIED or SKIPPED.</summary>
        public bool IsTerminatedWithoutFailure => state is StateType.SUCCESS or StateType.WARNING or StateType.RETRIED or StateType.SKIPPED;

        /// <summary>CREATED or RESTARTED.</summary>
        public bool IsCreated => state is StateType.CREATED or StateType.RESTARTED;

        /// <summary>RUNNING or KILLING.</summary>
        public bool IsRunning => state is StateType.RUNNING or StateType.KILLING or StateType.SUBMITTED;

        /// <summary>FAILED only.</summary>
        public bool IsFailed => state is StateType.FAILED;

        public bool IsPaused => state is StateType.PAUSED;

        /// <summary>RETRYING or RETRIED.</summary>
        public bool IsRetrying => state is StateType.RETRYING or StateType.RETRIED;

        /// <summary>An execution in this state may be restarted: terminated or PAUSED, but not KILLED.</summary>
        public bool CanBeRestarted => (state.IsTerminated || state is StateType.PAUSED) && state is not StateType.KILLED;

        /// <summary>Task runs of an execution in this state may be given another state: terminated, but not KILLED.</summary>
        public bool CanChangeTaskRunState => state.IsTerminated && state is not StateType.KILLED;

        /// <summary>An execution in this state may be resumed: CREATED, RESTARTED, RETRYING or RETRIED.</summary>
        public bool IsResumable => state.IsCreated || state.IsRetrying;

        /// <summary>An execution in this state is offered for a restart: PAUSED or FAILED.</summary>
        public bool IsRestartable => state is StateType.PAUSED or StateType.FAILED;
    }
}
